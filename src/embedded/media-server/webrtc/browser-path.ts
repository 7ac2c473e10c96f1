import { randomBytes } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { log } from '../../../common/log.js';
import type { PacketPath } from '../packet-path.js';
import type { PortPool } from '../port-pool.js';
import { NoPortError } from '../rtp-socket.js';
import type { AudioDescription, BrowserSide } from '../sdp.js';
import type { DtlsRole, Fingerprint, IceCredentials } from './messages.js';
import type { WebrtcThread } from './webrtc-thread.js';

/** A port may be another program's: so many others are tried. */
const BIND_TRIES = 10;

export interface BrowserPathOptions {
  ip: string;
  ports: PortPool;
  thread: WebrtcThread;
  /** The leg's SDP is an offer of ours: we control ICE (RFC 8445 §6.1.1). */
  offersFirst: boolean;
}

/** The media thread's half of a browser's leg; its socket, ICE, DTLS and SRTP live on the WebRTC thread. */
export class BrowserPath implements PacketPath {
  onPacket: (packet: Buffer) => void = () => undefined;
  lastPacketAt = 0;
  readonly counts = { packetsIn: 0, bytesIn: 0, packetsOut: 0, bytesOut: 0 };
  /** What our SDP says. */
  readonly side: BrowserSide;
  private peerUfrag?: string;
  private closed = false;
  private leg = 0;

  private constructor(
    readonly port: number,
    fingerprint: Fingerprint,
    private readonly options: BrowserPathOptions,
  ) {
    this.side = { ice: newCredentials(), fingerprint, role: undefined };
  }

  /** @throws NoPortError when the range is exhausted or taken by others; what the thread's start says */
  static async open(options: BrowserPathOptions): Promise<BrowserPath> {
    const { ports, thread } = options;
    const fingerprint = await thread.fingerprint();
    for (let attempt = 0; attempt < BIND_TRIES; attempt++) {
      const port = ports.take();
      if (port === undefined) break;
      const path = new BrowserPath(port, fingerprint, options);
      if (await path.bind()) return path;
      path.close();
    }
    throw new NoPortError('no free RTP port: widen RTP_PORTS');
  }

  /** The browser's side of the SDP; other credentials than last time mean that it restarts ICE (RFC 8839 §4.4.1.1.1). */
  meet({ browser }: AudioDescription): void {
    if (!browser) return;
    const { thread, ip } = this.options;
    if (this.peerUfrag !== undefined && this.peerUfrag !== browser.ice.ufrag) {
      this.side.ice = newCredentials();
      thread.order({ leg: this.leg, restart: this.side.ice });
    }
    this.peerUfrag = browser.ice.ufrag;
    // RFC 8842 §5.3: who answers `active` opens DTLS; the roles stay for the call.
    const role: DtlsRole = this.side.role ?? (browser.setup === 'active' ? 'server' : 'client');
    this.side.role = role;
    const candidates = browser.candidates.filter(({ address }) => isIPv4(address) === isIPv4(ip));
    const { ice, fingerprints } = browser;
    thread.order({ leg: this.leg, remote: { ice, fingerprints, candidates, dtlsRole: role } });
  }

  send(packet: Buffer): void {
    if (this.closed) return;
    this.counts.packetsOut += 1;
    this.counts.bytesOut += packet.length;
    this.options.thread.sendRtp(this.leg, packet);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.options.thread.order({ leg: this.leg, close: true });
    this.options.ports.release(this.port);
  }

  /** @returns false where the port is taken */
  private bind(): Promise<boolean> {
    const { thread, ip: address, offersFirst: controlling } = this.options;
    return new Promise((resolve) => {
      this.leg = thread.join({
        onRtp: (packet) => this.receive(packet),
        onOpened: () => resolve(true),
        onFailed: (why) => {
          log('media-server').warn({ port: this.port, why }, 'a browser is not reached');
          resolve(false);
        },
      });
      const open = { address, port: this.port, credentials: this.side.ice, controlling };
      thread.order({ leg: this.leg, open });
    });
  }

  private receive(packet: Buffer): void {
    this.lastPacketAt = performance.now();
    this.counts.packetsIn += 1;
    this.counts.bytesIn += packet.length;
    this.onPacket(packet);
  }
}

/** RFC 8445 §5.3: 24 bits of randomness at least in the one, 128 in the other. */
const newCredentials = (): IceCredentials => ({
  ufrag: randomBytes(6).toString('hex'),
  password: randomBytes(18).toString('hex'),
});
