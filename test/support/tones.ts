import { readFileSync } from 'node:fs';

/** One channel of sound: 16-bit samples at `rate` Hz. */
export interface Sound {
  samples: Int16Array;
  rate: number;
}

/** Root mean square in dB below full scale (0 = full scale sine is −3); silence is −100. */
export function levelDb({ samples }: Sound): number {
  if (samples.length === 0) return -100;
  const mean = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return mean === 0 ? -100 : Math.max(-100, 10 * Math.log10(mean / 32768 ** 2));
}

/** Level of one frequency in dB below full scale (Goertzel): a sine of full scale gives −3. */
export function toneDb({ samples, rate }: Sound, hertz: number): number {
  if (samples.length === 0) return -100;
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / rate);
  let before = 0;
  let last = 0;
  for (const sample of samples) [before, last] = [last, sample + coefficient * last - before];
  const power = before * before + last * last - coefficient * before * last;
  const meanSquare = (2 * power) / (samples.length * samples.length);
  return meanSquare <= 0 ? -100 : Math.max(-100, 10 * Math.log10(meanSquare / 32768 ** 2));
}

/** Which of the frequencies (Hz) carry the sound: at least −35 dB and within 12 dB of the whole level. */
export function tonesIn(sound: Sound, frequencies: readonly number[]): number[] {
  const whole = levelDb(sound);
  return frequencies.filter((hertz) => {
    const tone = toneDb(sound, hertz);
    return tone > -35 && tone > whole - 12;
  });
}

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
