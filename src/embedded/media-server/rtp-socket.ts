import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import type { PacketPath } from './packet-path.js';
import type { PortPool } from './port-pool.js';
import type { AudioDescription } from './sdp.js';

/** ms of silence after which another source may take over (a phone that moved, a restarted client). */
const RELEARN_MS = 2_000;
/** ms after a new SDP in which late packets of the source before it are not learnt again. */
const FAREWELL_MS = 500;
/** A port may be another program's: so many others are tried. */
const BIND_TRIES = 10;

export interface RtpAddress {
  address: string;
  port: number;
}

export class NoPortError extends Error {}

// An address needs no resolver; without this each send costs a turn of the event loop.
const lookup: SocketOptions['lookup'] = (hostname, _options, callback) => callback(null, hostname, 4);

/**
 * The two sockets of a leg. Symmetric RTP: it sends to where the party's packets come from. The source is learnt
 * once; a packet from elsewhere is dropped unless it comes from the address in the party's SDP, or the known source
 * has been silent for RELEARN_MS.
 */
export class RtpSocket implements PacketPath {
  readonly side = undefined;
  onPacket: (packet: Buffer) => void = () => undefined;
  remote?: RtpAddress;
  /** performance.now() of the last packet that was let in; 0 before the first. */
  lastPacketAt = 0;
  readonly counts = { packetsIn: 0, bytesIn: 0, packetsOut: 0, bytesOut: 0, strangers: 0, rtcpIn: 0 };
  private announced?: RtpAddress;
  private announcedAt = 0;
  /** The source before the last change of the SDP. */
  private before?: RtpAddress;
  private learnt = false;
  private closed = false;

  private constructor(
    private readonly rtp: Socket,
    private readonly rtcp: Socket,
    readonly port: number,
    private readonly ports: PortPool,
  ) {
    rtp.on('message', (packet, source) => this.receive(packet, source));
    // An ICMP "port unreachable" or a full buffer costs a packet, never the call.
    rtp.on('error', () => undefined);
    rtcp.on('error', () => undefined);
    rtcp.on('message', () => (this.counts.rtcpIn += 1));
  }

  /** @throws NoPortError when the range is exhausted or taken by others */
  static async open(ip: string, ports: PortPool): Promise<RtpSocket> {
    for (let attempt = 0; attempt < BIND_TRIES; attempt++) {
      const port = ports.take();
      if (port === undefined) break;
      const rtp = await bind(ip, port);
      const rtcp = rtp && (await bind(ip, port + 1));
      if (rtp && rtcp) return new RtpSocket(rtp, rtcp, port, ports);
      rtp?.close();
      ports.release(port);
    }
    throw new NoPortError('no free RTP port: widen RTP_PORTS');
  }

  meet({ address, port }: AudioDescription): void {
    this.announce(address, port);
  }

  /** What the party's SDP says; packets go there until one has come. */
  announce(address: string, port: number): void {
    if (this.announced?.address === address && this.announced.port === port) return;
    this.announced = { address, port };
    // Another address is another device or socket: it is sent to at once, whether or not it speaks.
    if (this.learnt) this.before = this.remote;
    this.announcedAt = performance.now();
    this.remote = this.announced;
    this.learnt = false;
  }

  send(packet: Buffer): void {
    const remote = this.remote;
    if (!remote || remote.port === 0 || this.closed) return;
    this.counts.packetsOut += 1;
    this.counts.bytesOut += packet.length;
    this.rtp.send(packet, remote.port, remote.address, swallow);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.rtp.close();
    this.rtcp.close();
    this.ports.release(this.port);
  }

  private receive(packet: Buffer, source: RemoteInfo): void {
    const known = this.remote;
    const now = performance.now();
    if (!this.learnt || !known || source.port !== known.port || source.address !== known.address) {
      if (!this.admits(source, now)) {
        this.counts.strangers += 1;
        return;
      }
      this.remote = { address: source.address, port: source.port };
      this.learnt = true;
    }
    this.lastPacketAt = now;
    this.counts.packetsIn += 1;
    this.counts.bytesIn += packet.length;
    this.onPacket(packet);
  }

  private admits(source: RemoteInfo, now: number): boolean {
    if (!this.learnt) {
      const late = this.before?.port === source.port && this.before.address === source.address;
      return !late || now - this.announcedAt > FAREWELL_MS;
    }
    if (this.announced?.address === source.address && this.announced.port === source.port) return true;
    return now - this.lastPacketAt > RELEARN_MS;
  }
}

const swallow = () => undefined;

function bind(ip: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: ip.includes(':') ? 'udp6' : 'udp4', lookup });
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind({ address: ip, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
