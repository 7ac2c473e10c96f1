import { randomBytes } from 'node:crypto';
import {
  writeHeader,
  sequenceOf,
  timestampOf,
  ssrcOf,
  timestampDelta,
  RTP_HEADER_BYTES,
} from './rtp-packet.js';
import type { EventStep } from './telephone-event.js';

/** A relayed stream that jumps further than this in its timestamps is mapped anew, in samples (5 s). */
const LARGEST_JUMP = 40_000;

/**
 * What a leg sends is one RTP stream with one SSRC, whatever its sources: timestamps go on with the clock across a
 * change of source, which the marker bit tells (RFC 3551 §4.1).
 */
export class RtpSender {
  private readonly ssrc = randomBytes(4).readUInt32BE(0);
  private sequence = randomBytes(2).readUInt16BE(0);
  private timestamp = randomBytes(4).readUInt32BE(0);
  private stampedAt = 0;
  private relayedSsrc = -1;
  private sequenceOffset = 0;
  private timestampOffset = 0;
  private lastIn = 0;
  private marker = true;
  private eventTimestamp = 0;
  private relayedEventIn = -1;

  constructor(private readonly transmit: (packet: Buffer) => void) {}

  /** The next packet comes from another source. */
  changeSource(): void {
    this.relayedSsrc = -1;
    this.relayedEventIn = -1;
    this.marker = true;
  }

  /** Sends another leg's packet as it came, under this stream's header; the packet is rewritten in place. */
  relay(packet: Buffer, payloadType: number): void {
    const inTimestamp = timestampOf(packet);
    const inSequence = sequenceOf(packet);
    const ssrc = ssrcOf(packet);
    if (ssrc !== this.relayedSsrc || Math.abs(timestampDelta(this.lastIn, inTimestamp)) > LARGEST_JUMP) {
      this.timestampOffset = this.now() - inTimestamp;
      this.sequenceOffset = this.sequence + 1 - inSequence;
      this.relayedSsrc = ssrc;
      this.marker = true;
    }
    this.lastIn = inTimestamp;
    this.stamp(inTimestamp + this.timestampOffset);
    this.sequence = (inSequence + this.sequenceOffset) & 0xffff;
    const marker = this.marker || (packet[1]! & 0x80) !== 0;
    this.marker = false;
    packet[1] = payloadType | (marker ? 0x80 : 0);
    packet.writeUInt16BE(this.sequence, 2);
    packet.writeUInt32BE(this.timestamp, 4);
    packet.writeUInt32BE(this.ssrc, 8);
    this.transmit(packet);
  }

  /** Relays another leg's telephone-event packet: all packets of one event share its start's timestamp. */
  relayEvent(packet: Buffer, payloadType: number): void {
    const inTimestamp = timestampOf(packet);
    const first = inTimestamp !== this.relayedEventIn;
    if (first) {
      this.relayedEventIn = inTimestamp;
      this.eventTimestamp = this.now();
    }
    if (ssrcOf(packet) === this.relayedSsrc) {
      this.sequence = (sequenceOf(packet) + this.sequenceOffset) & 0xffff;
      this.eventTimestamp = (inTimestamp + this.timestampOffset) >>> 0;
    } else {
      this.sequence = (this.sequence + 1) & 0xffff;
    }
    const bits = packet[0]!; // CSRCs and extensions stay where they are
    writeHeader(packet, payloadType, first, this.sequence, this.eventTimestamp, this.ssrc);
    packet[0] = bits;
    this.transmit(packet);
  }

  /** Sends 20 ms of our own sound: `codes` behind room for the header. */
  frame(packet: Buffer, payloadType: number): void {
    this.relayedSsrc = -1;
    this.stamp(this.marker ? this.now() : this.timestamp + (packet.length - RTP_HEADER_BYTES));
    this.sequence = (this.sequence + 1) & 0xffff;
    writeHeader(packet, payloadType, this.marker, this.sequence, this.timestamp, this.ssrc);
    this.marker = false;
    this.transmit(packet);
  }

  /** Sends one packet of a digit of our own (RFC 4733 §2.3). */
  event(step: EventStep, payloadType: number): void {
    if (step.first) this.eventTimestamp = this.now();
    this.relayedSsrc = -1;
    this.sequence = (this.sequence + 1) & 0xffff;
    const packet = Buffer.allocUnsafe(RTP_HEADER_BYTES + 4);
    writeHeader(packet, payloadType, step.first, this.sequence, this.eventTimestamp, this.ssrc);
    packet[12] = step.event;
    packet[13] = 10 | (step.over ? 0x80 : 0); // −10 dBm0
    packet.writeUInt16BE(Math.min(step.duration, 0xffff), 14);
    this.transmit(packet);
    if (step.last) this.marker = true;
  }

  /** The stream's timestamp for this moment: the last one plus the time gone since. */
  private now(): number {
    if (this.stampedAt === 0) return this.timestamp;
    return (this.timestamp + Math.max(160, Math.round((performance.now() - this.stampedAt) * 8))) >>> 0;
  }

  private stamp(timestamp: number): void {
    this.timestamp = timestamp >>> 0;
    this.stampedAt = performance.now();
  }
}
