import { createSocket, type Socket } from 'node:dgram';
import {
  DtlsClient,
  DtlsServer,
  keyLength,
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  RtpHeader,
  saltLength,
  SrtpSession,
  type DtlsSocket,
  type RTCCertificate,
  type Transport,
} from 'werift';
import { messageOf } from '../../../common/app-error.js';
import { payloadOf, RTP_HEADER_BYTES, type Payload } from '../rtp-packet.js';
import { DtlsProof } from './dtls-proof.js';
import { IceAgent } from './ice-agent.js';
import type { OpenOrder, RemoteTransport, TransportAddress } from './messages.js';

const SRTP_PROFILES = [ProtectionProfileAeadAes128Gcm, ProtectionProfileAes128CmHmacSha1_80] as const;
/** RFC 6347 §4.1: a record's header; RFC 5246 §7.4: types of records and of handshake messages. */
const RECORD_HEADER_BYTES = 13;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;

const found: Payload = { start: 0, end: 0 };

export interface BrowserLegEvents {
  /** A packet of the browser's, decrypted, without CSRCs and header extensions. */
  onRtp: (packet: Buffer) => void;
  /** Audio can flow. */
  onConnected: () => void;
  /** No audio will flow: why. */
  onFailed: (why: string) => void;
}

/** The way to one browser (RFC 8835): one UDP socket for ICE, DTLS and SRTP, one stream of audio. */
export class BrowserLeg {
  private readonly ice: IceAgent;
  private remote?: RemoteTransport;
  private dtls?: DtlsSocket;
  private srtp?: SrtpSession;
  /** Where the browser's DTLS comes from, until ICE has settled. */
  private dtlsSource?: TransportAddress;
  private closed = false;
  /** DTLS's view of the socket. */
  private readonly dtlsTransport: Transport = {
    type: 'udp',
    address: { address: '', family: '', port: 0 },
    closed: false,
    onData: () => undefined,
    send: (packet) => Promise.resolve(this.transmit(packet)),
    close: () => Promise.resolve(),
  };

  private constructor(
    private readonly socket: Socket,
    { credentials, controlling }: OpenOrder,
    private readonly certificate: RTCCertificate,
    private readonly events: BrowserLegEvents,
  ) {
    this.ice = new IceAgent({
      credentials,
      controlling,
      send: (packet, to) => this.sendTo(packet, to),
      onSelected: () => this.startDtls(),
    });
    socket.on('message', (packet, source) => this.receive(packet, source));
    // An ICMP "port unreachable" costs a packet, never the call.
    socket.on('error', () => undefined);
  }

  /** @throws what bind says: EADDRINUSE and the like */
  static async open(
    order: OpenOrder,
    certificate: RTCCertificate,
    events: BrowserLegEvents,
  ): Promise<BrowserLeg> {
    const socket = createSocket(order.address.includes(':') ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: order.address, port: order.port, exclusive: true }, () => {
        socket.removeAllListeners('error');
        resolve();
      });
    });
    return new BrowserLeg(socket, order, certificate, events);
  }

  /** What the browser's SDP says; again at each offer or answer. */
  setRemote(remote: RemoteTransport): void {
    // Another certificate is another connection (RFC 8842 §3.1); with the same one the keys stay.
    if (!this.remote || !isSameCertificate(this.remote, remote)) {
      this.remote = remote;
      this.dtls = this.srtp = undefined;
    }
    this.ice.setPeer(remote.ice, remote.candidates);
    // The browser's DTLS may come before ICE has settled; as client we wait until there is somewhere to send to.
    if (remote.dtlsRole === 'server') this.startDtls();
  }

  restart(credentials: OpenOrder['credentials']): void {
    this.ice.restart(credentials);
  }

  /** Sends a plain RTP packet; lost while there is no way to the browser yet. */
  send(packet: Buffer): void {
    if (!this.srtp) return;
    const header = RtpHeader.deSerialize(packet);
    this.transmit(this.srtp.encrypt(packet.subarray(header.payloadOffset), header));
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.ice.close();
    this.socket.close();
  }

  /** RFC 7983 §7: the first byte tells the protocols apart. */
  private receive(packet: Buffer, source: TransportAddress): void {
    const first = packet[0] ?? 255;
    if (first < 4) return this.ice.receive(packet, source);
    if (!this.ice.isProven(source)) return;
    if (first > 127 && first < 192) this.receiveRtp(packet, source);
    else if (first > 19 && first < 64) this.receiveDtls(packet, source);
  }

  private receiveRtp(packet: Buffer, source: TransportAddress): void {
    if (!this.srtp || !payloadOf(packet, found)) return;
    let plain: Buffer;
    try {
      plain = this.srtp.decrypt(packet);
    } catch {
      return; // not the browser's (RFC 3711 §3.3), or damaged
    }
    this.ice.follow(source);
    if (!payloadOf(plain, found)) return;
    const bare = Buffer.concat([plain.subarray(0, RTP_HEADER_BYTES), plain.subarray(found.start, found.end)]);
    bare[0] = 0x80;
    this.events.onRtp(bare);
  }

  private receiveDtls(packet: Buffer, source: TransportAddress): void {
    this.dtlsSource = source;
    const isHello = packet[0] === HANDSHAKE && packet[RECORD_HEADER_BYTES] === CLIENT_HELLO;
    if (isHello && this.srtp) return; // the keys stay for the call
    this.dtlsTransport.onData(packet, [source.address, source.port]);
  }

  private startDtls(): void {
    if (this.dtls || this.closed || !this.remote) return;
    const { certPem: cert, privateKey: key, signatureHash } = this.certificate;
    const options = {
      transport: this.dtlsTransport,
      srtpProfiles: [...SRTP_PROFILES],
      extendedMasterSecret: true,
      cert,
      key,
      signatureHash,
    };
    const isClient = this.remote.dtlsRole === 'client';
    const dtls = isClient
      ? new DtlsClient(options)
      : new DtlsServer({ ...options, certificateRequest: true });
    this.dtls = dtls;
    const proof = new DtlsProof(dtls);
    dtls.onConnect.subscribe(() => this.secured(dtls, proof));
    const failed = (error: unknown) => {
      if (dtls === this.dtls) this.fail(messageOf(error));
    };
    dtls.onError.subscribe(failed);
    if (dtls instanceof DtlsClient) dtls.connect().catch(failed);
  }

  private secured(dtls: DtlsSocket, proof: DtlsProof): void {
    if (dtls !== this.dtls || this.srtp || this.closed || !this.remote) return;
    const { srtpProfile: profile } = dtls.srtp;
    const problem = profile ? proof.problem(this.remote.fingerprints) : 'no SRTP profile in common';
    if (problem || !profile) return this.fail(problem ?? '');
    const keys = dtls.extractSessionKeys(keyLength(profile), saltLength(profile));
    this.srtp = new SrtpSession({
      profile,
      keys: {
        localMasterKey: keys.localKey as Buffer,
        localMasterSalt: keys.localSalt as Buffer,
        remoteMasterKey: keys.remoteKey as Buffer,
        remoteMasterSalt: keys.remoteSalt as Buffer,
      },
    });
    this.events.onConnected();
  }

  private fail(why: string): void {
    if (!this.srtp && !this.closed) this.events.onFailed(why);
  }

  private transmit(packet: Buffer): void {
    const to = this.ice.selected ?? (this.srtp ? undefined : this.dtlsSource);
    if (to) this.sendTo(packet, to);
  }

  private sendTo(packet: Buffer, { address, port }: TransportAddress): void {
    if (!this.closed) this.socket.send(packet, port, address, () => undefined);
  }
}

const isSameCertificate = (one: RemoteTransport, other: RemoteTransport): boolean =>
  one.fingerprints.every(({ algorithm, value }) =>
    other.fingerprints.some((its) => its.algorithm === algorithm && its.value === value),
  );
