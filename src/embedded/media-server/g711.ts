/**
 * ITU-T G.711: 8000 samples/s of 8 bits, A-law and µ-law, as tables. Linear samples are 16-bit signed.
 */
export interface G711 {
  readonly name: 'PCMA' | 'PCMU';
  /** RFC 3551 §6, static. */
  readonly payloadType: 0 | 8;
  /** 256 entries: code → linear. */
  readonly toLinear: Int16Array;
  /** 65536 entries: linear & 0xffff → code. */
  readonly fromLinear: Uint8Array;
  /** The code of linear 0. */
  readonly silence: number;
}

const BIAS = 132;

function mulawToLinear(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << ((bits & 0x70) >> 4)) - BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

function linearToMulaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), 32635) + BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

function alawToLinear(code: number): number {
  const bits = code ^ 0x55;
  const exponent = (bits & 0x70) >> 4;
  const step = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? step : (step + 0x100) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

function linearToAlaw(sample: number): number {
  // The negative half mirrors the positive one in one's complement (G.711 table 1).
  const magnitude = (sample < 0 ? ~sample : sample) >> 4;
  const exponent = magnitude < 16 ? 0 : 31 - Math.clz32(magnitude) - 3;
  const mantissa = exponent === 0 ? magnitude : (magnitude >> (exponent - 1)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | mantissa) ^ 0x55;
}

function codec(
  name: G711['name'],
  payloadType: G711['payloadType'],
  decode: (code: number) => number,
  encode: (sample: number) => number,
): G711 {
  const toLinear = Int16Array.from({ length: 256 }, (_, code) => decode(code));
  const fromLinear = Uint8Array.from({ length: 65536 }, (_, bits) => encode((bits << 16) >> 16));
  return { name, payloadType, toLinear, fromLinear, silence: encode(0) };
}

export const PCMU = codec('PCMU', 0, mulawToLinear, linearToMulaw);
export const PCMA = codec('PCMA', 8, alawToLinear, linearToAlaw);

/** In the order we prefer them, as freeswitch/sofia.xml has it. */
export const CODECS: readonly G711[] = [PCMA, PCMU];

export const codecOfPayloadType = (payloadType: number): G711 | undefined =>
  CODECS.find((one) => one.payloadType === payloadType);

const recode = (from: G711, to: G711) =>
  Uint8Array.from({ length: 256 }, (_, code) => to.fromLinear[from.toLinear[code]! & 0xffff]!);

const MU_TO_A = recode(PCMU, PCMA);
const A_TO_MU = recode(PCMA, PCMU);

/** @returns the table from one codec's codes to the other's; undefined where they are the same */
export function transcodeTable(from: G711, to: G711): Uint8Array | undefined {
  if (from === to) return undefined;
  return from === PCMU ? MU_TO_A : A_TO_MU;
}
