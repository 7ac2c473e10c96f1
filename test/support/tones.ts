import { readFileSync } from 'node:fs';
import type { Sound } from '../../src/simulate/goertzel.js';

export { levelDb, toneDb, tonesIn, type Sound } from '../../src/simulate/goertzel.js';

/** A part of a sound, in seconds from its start. */
export function cut({ samples, rate }: Sound, fromS: number, toS: number): Sound {
  return { samples: samples.subarray(Math.round(fromS * rate), Math.round(toS * rate)), rate };
}

/**
 * The channels of a 16-bit PCM WAV file.
 * @throws where the file is no WAV or of another format
 */
export function readWav(file: string | Buffer): Sound[] {
  const bytes = typeof file === 'string' ? readFileSync(file) : file;
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error('no WAV file');
  }
  let format: { tag: number; channels: number; rate: number; bits: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === 'fmt ') {
      format = {
        tag: bytes.readUInt16LE(start),
        channels: bytes.readUInt16LE(start + 2),
        rate: bytes.readUInt32LE(start + 4),
        bits: bytes.readUInt16LE(start + 14),
      };
    }
    if (name === 'data') {
      if (!format) throw new Error('WAV data before its format');
      return channelsOf(bytes.subarray(start, Math.min(start + size, bytes.length)), format);
    }
    at = start + size + (size % 2);
  }
  throw new Error('WAV file without data');
}

function channelsOf(
  data: Buffer,
  { tag, channels, rate, bits }: { tag: number; channels: number; rate: number; bits: number },
): Sound[] {
  if (tag !== 1 || bits !== 16) throw new Error(`WAV format ${tag} of ${bits} bits is not read here`);
  const frames = Math.floor(data.length / (2 * channels));
  return Array.from({ length: channels }, (_, channel) => ({
    rate,
    samples: Int16Array.from({ length: frames }, (_sample, frame) =>
      data.readInt16LE(2 * (frame * channels + channel)),
    ),
  }));
}
