import { createSocket, type Socket } from 'node:dgram';
import {
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RtpPacket,
  type RTCDtlsTransport,
} from 'werift';
import { within } from '../support/until.js';

type Direction = 'sendrecv' | 'sendonly' | 'inactive' | 'recvonly';

const CODECS = [
  new RTCRtpCodecParameters({ mimeType: 'audio/PCMU', clockRate: 8000, channels: 1, payloadType: 0 }),
  new RTCRtpCodecParameters({ mimeType: 'audio/PCMA', clockRate: 8000, channels: 1, payloadType: 8 }),
  new RTCRtpCodecParameters({ mimeType: 'audio/telephone-event', clockRate: 8000, payloadType: 126 }),
];

/**
 * A browser's transport without a browser: ICE, DTLS and SRTP of a whole werift peer, with plain RTP on a UDP socket
 * behind it, where a party's RtpAudio sends to and hears from.
 */
export class BrowserTransport {
  private readonly peer = new RTCPeerConnection({
    codecs: { audio: CODECS },
    headerExtensions: { audio: [] },
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
  });
  private constructor(
    private readonly plain: Socket,
    /** Where the party's audio listens. */
    private readonly audioPort: number,
  ) {
    this.peer.addTrack(new MediaStreamTrack({ kind: 'audio' }));
    plain.on('message', (bytes) => {
      if (this.dtls?.state !== 'connected') return;
      const { header, payload } = RtpPacket.deSerialize(bytes);
      void this.dtls.sendRtp(payload, header);
    });
  }

  static async open(audioPort: number): Promise<BrowserTransport> {
    const plain = createSocket('udp4');
    await new Promise<void>((resolve) => plain.bind(0, '127.0.0.1', resolve));
    return new BrowserTransport(plain, audioPort);
  }

  /** Where the party's audio sends to. */
  get port(): number {
    return this.plain.address().port;
  }

  async offer(): Promise<string> {
    await this.peer.setLocalDescription(await this.peer.createOffer());
    return this.sdp();
  }

  /** Answers an offer. */
  async answer(sdp: string): Promise<string> {
    await this.peer.setRemoteDescription({ type: 'offer', sdp });
    await this.peer.setLocalDescription(await this.peer.createAnswer());
    this.listen();
    return this.sdp();
  }

  /** Takes the answer to its offer. */
  async accept(sdp: string): Promise<void> {
    await this.peer.setRemoteDescription({ type: 'answer', sdp });
    this.listen();
  }

  /** Its own description again, with another direction. */
  sdp(direction: Direction = 'sendrecv'): string {
    return (this.peer.localDescription?.sdp ?? '').replace(
      /^a=(sendrecv|sendonly|recvonly|inactive)/gm,
      `a=${direction}`,
    );
  }

  async connected(): Promise<void> {
    await within(
      5_000,
      'DTLS',
      this.peer.connectionStateChange.watch((state) => state === 'connected'),
    );
  }

  async close(): Promise<void> {
    this.plain.close();
    await this.peer.close();
  }

  private get dtls(): RTCDtlsTransport | undefined {
    return this.peer.dtlsTransports[0];
  }

  private listen(): void {
    this.dtls?.onRtp.subscribe((packet) => this.plain.send(packet.serialize(), this.audioPort, '127.0.0.1'));
  }
}
