/** ITU-T G.711 by computation, sample by sample: 16-bit linear ↔ one byte. */

export type G711 = 'PCMU' | 'PCMA';

const SEGMENT_ENDS = [0x1f, 0x3f, 0x7f, 0xff, 0x1ff, 0x3ff, 0x7ff, 0xfff];

const segmentOf = (magnitude: number): number => {
  const segment = SEGMENT_ENDS.findIndex((end) => magnitude <= end);
  return segment < 0 ? 7 : segment;
};

function toALaw(sample: number): number {
  const negative = sample < 0;
  const magnitude = Math.min((negative ? -sample - 1 : sample) >> 3, 0xfff);
  const segment = segmentOf(magnitude);
  const step = (magnitude >> (segment < 2 ? 1 : segment)) & 0x0f;
  return ((segment << 4) | step) ^ (negative ? 0x55 : 0xd5);
}

function fromALaw(byte: number): number {
  const value = byte ^ 0x55;
  const segment = (value & 0x70) >> 4;
  const step = ((value & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return value & 0x80 ? magnitude : -magnitude;
}

const BIAS = 0x84;

function toMuLaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), 32635) + BIAS;
  const segment = segmentOf(magnitude >> 3);
  const byte = (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f);
  return ~(byte | (sample < 0 ? 0x80 : 0)) & 0xff;
}

function fromMuLaw(byte: number): number {
  const value = ~byte & 0xff;
  const magnitude = ((((value & 0x0f) << 3) + BIAS) << ((value & 0x70) >> 4)) - BIAS;
  return value & 0x80 ? -magnitude : magnitude;
}

/** @param samples 16-bit linear, 8000 Hz */
export function encode(codec: G711, samples: Int16Array): Buffer {
  return Buffer.from(Uint8Array.from(samples, codec === 'PCMA' ? toALaw : toMuLaw));
}

export function decode(codec: G711, payload: Buffer): Int16Array {
  return Int16Array.from(payload, codec === 'PCMA' ? fromALaw : fromMuLaw);
}
