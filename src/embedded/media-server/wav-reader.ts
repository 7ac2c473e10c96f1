import { readFile, stat } from 'node:fs/promises';
import { PCMA, PCMU } from './g711.js';

/** Bytes of a file to play at most: 10 minutes of 48 kHz stereo. */
const LARGEST = 120_000_000;
/** Samples kept in memory over all files. */
const CACHE_SAMPLES = 20_000_000;
const TARGET_RATE = 8000;

/** WAVE format tags (RFC 2361): PCM, A-law, µ-law, and the extensible envelope. */
const PCM = 1;
const ALAW = 6;
const MULAW = 7;
const EXTENSIBLE = 0xfffe;

/** Thrown for a file that cannot be played; the message says why. */
export class WavError extends Error {}

/**
 * A WAV file as 8000 samples/s, mono: PCM16 or G.711, of any rate, channels mixed down.
 * @throws WavError
 */
export function decodeWav(bytes: Buffer): Int16Array {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF') throw new WavError('no WAV file');
  let format: { tag: number; channels: number; rate: number; bits: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const start = at + 8;
    if (id === 'fmt ' && start + 16 <= bytes.length) {
      const tag = bytes.readUInt16LE(start);
      format = {
        tag: tag === EXTENSIBLE && size >= 26 ? bytes.readUInt16LE(start + 24) : tag,
        channels: bytes.readUInt16LE(start + 2),
        rate: bytes.readUInt32LE(start + 4),
        bits: bytes.readUInt16LE(start + 14),
      };
    }
    if (id === 'data') {
      if (!format) throw new WavError('WAV data before its format');
      // A file still being written, or cut off, plays as far as it goes.
      return resample(
        samplesOf(bytes.subarray(start, Math.min(start + size, bytes.length)), format),
        format.rate,
      );
    }
    at = start + size + (size % 2);
  }
  throw new WavError('WAV file without data');
}

function samplesOf(
  data: Buffer,
  { tag, channels, rate, bits }: { tag: number; channels: number; rate: number; bits: number },
) {
  if (channels < 1 || channels > 8 || rate < 8000 || rate > 96_000) throw new WavError('odd WAV format');
  const read = reader(data, tag, bits);
  const frames = Math.floor(data.length / (channels * (bits / 8)));
  const mono = new Int16Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read(frame * channels + channel);
    mono[frame] = sum / channels;
  }
  return mono;
}

function reader(data: Buffer, tag: number, bits: number): (index: number) => number {
  if (tag === PCM && bits === 16) return (index) => data.readInt16LE(2 * index);
  if (tag === ALAW && bits === 8) return (index) => PCMA.toLinear[data[index]!]!;
  if (tag === MULAW && bits === 8) return (index) => PCMU.toLinear[data[index]!]!;
  throw new WavError(`WAV format ${tag} of ${bits} bits cannot be played: use 16-bit PCM, A-law or µ-law`);
}

/** To 8000 Hz: the mean of what each output sample spans (which keeps aliases down), linear in between. */
export function resample(samples: Int16Array, rate: number): Int16Array {
  if (rate === TARGET_RATE) return samples;
  const step = rate / TARGET_RATE;
  const out = new Int16Array(Math.floor(samples.length / step));
  for (let i = 0; i < out.length; i++) {
    const from = Math.floor(i * step);
    const to = Math.max(from + 1, Math.floor((i + 1) * step));
    let sum = 0;
    for (let k = from; k < to; k++) sum += samples[k]!;
    out[i] = sum / (to - from);
  }
  return out;
}

interface Cached {
  modifiedMs: number;
  samples: Int16Array;
}

/** Reads files to play, and keeps what was played lately. */
export class WavLibrary {
  private readonly cache = new Map<string, Cached>();
  private cachedSamples = 0;

  /** @throws WavError, or the file system's own error */
  async load(path: string): Promise<Int16Array> {
    const found = await stat(path);
    if (!found.isFile() || found.size > LARGEST) throw new WavError('no file, or too large to play');
    const known = this.cache.get(path);
    if (known?.modifiedMs === found.mtimeMs) {
      this.cache.delete(path);
      this.cache.set(path, known); // the youngest again
      return known.samples;
    }
    const samples = decodeWav(await readFile(path));
    this.keep(path, { modifiedMs: found.mtimeMs, samples });
    return samples;
  }

  private keep(path: string, entry: Cached): void {
    this.forget(path);
    this.cache.set(path, entry);
    this.cachedSamples += entry.samples.length;
    for (const oldest of this.cache.keys()) {
      if (this.cachedSamples <= CACHE_SAMPLES) break;
      this.forget(oldest);
    }
  }

  private forget(path: string): void {
    this.cachedSamples -= this.cache.get(path)?.samples.length ?? 0;
    this.cache.delete(path);
  }
}
