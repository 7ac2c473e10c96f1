/** RTP's fixed header (RFC 3550 §5.1), read and written in place. */
export const RTP_HEADER_BYTES = 12;

/** RFC 3389; carries no sound we would record or relay. */
export const COMFORT_NOISE = 13;

/** Where a packet's payload lies. */
export interface Payload {
  start: number;
  end: number;
}

/**
 * Finds the payload behind CSRCs, header extension and padding.
 * @returns undefined where the bytes are no RTP packet (RTCP, STUN, rubbish)
 */
export function payloadOf(packet: Buffer, into: Payload): Payload | undefined {
  if (packet.length < RTP_HEADER_BYTES || packet[0]! >> 6 !== 2) return undefined;
  // RTCP on the same port (RFC 5761 §4): packet types 192 to 223 read as payload types 64 to 95.
  const type = packet[1]! & 0x7f;
  if (type >= 64 && type <= 95) return undefined;
  let start = RTP_HEADER_BYTES + 4 * (packet[0]! & 0x0f);
  if (packet[0]! & 0x10) {
    if (packet.length < start + 4) return undefined;
    start += 4 + 4 * packet.readUInt16BE(start + 2);
  }
  let end = packet.length;
  if (packet[0]! & 0x20) end -= packet[end - 1]!;
  if (start > end) return undefined;
  into.start = start;
  into.end = end;
  return into;
}

export const payloadTypeOf = (packet: Buffer): number => packet[1]! & 0x7f;
export const hasMarker = (packet: Buffer): boolean => (packet[1]! & 0x80) !== 0;
export const sequenceOf = (packet: Buffer): number => packet.readUInt16BE(2);
export const timestampOf = (packet: Buffer): number => packet.readUInt32BE(4);
export const ssrcOf = (packet: Buffer): number => packet.readUInt32BE(8);

/** Writes a header without CSRCs, extension or padding. */
export function writeHeader(
  packet: Buffer,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  packet[0] = 0x80;
  packet[1] = payloadType | (marker ? 0x80 : 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(timestamp >>> 0, 4);
  packet.writeUInt32BE(ssrc >>> 0, 8);
}

/** The way from one 32-bit timestamp to another, −2³¹ … 2³¹−1. */
export const timestampDelta = (from: number, to: number): number => (to - from) | 0;

/** The way from one sequence number to another, −32768 … 32767. */
export const sequenceDelta = (from: number, to: number): number => ((to - from) << 16) >> 16;
