import type { AudioDescription, BrowserSide } from './sdp.js';

/** How a leg's packets come and go: plain RTP (RtpSocket), or a browser's (BrowserPath). */
export interface PacketPath {
  /** Ours, as the SDP says it. */
  readonly port: number;
  /** What our SDP says to a browser; undefined: this is plain RTP. */
  readonly side?: BrowserSide;
  onPacket: (packet: Buffer) => void;
  /** performance.now() of the last packet that was let in; 0 before the first. */
  readonly lastPacketAt: number;
  readonly counts: { packetsIn: number; bytesIn: number; packetsOut: number; bytesOut: number };
  /** Takes what the party's SDP says of where it is. */
  meet(party: AudioDescription): void;
  /** Takes the packet over: it may be changed. */
  send(packet: Buffer): void;
  close(): void;
}
