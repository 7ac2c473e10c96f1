import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../common/app-error.js';
import { readWav, type WavAudio } from '../../common/wav.js';
import { PCMA, PCMU } from './g711.js';

/** Bytes of a file to play at most: 10 minutes of 48 kHz stereo. */
const LARGEST = 120_000_000;
/** Samples kept in memory over all files. */
const CACHE_SAMPLES = 20_000_000;
const TARGET_RATE = 8000;

/** WAVE format tags (RFC 2361). */
const PCM = 1;
const ALAW = 6;
const MULAW = 7;

/**
 * A WAV file as 8000 samples/s, mono: PCM16 or G.711, of any rate, channels mixed down. One that is still being written, or cut
 * off, as far as it goes.
 * @throws AppError `not-a-wav`, or `wav-format` for one that cannot be played
 */
export function decodeWav(bytes: Buffer): Int16Array {
  const audio = readWav(bytes, bytes.length, 'what is to be played');
  const { channels, rate, dataAt, dataBytes } = audio;
  if (channels > 8 || rate < 8000 || rate > 96_000)
    throw new AppError('wav-format', `WAV of ${channels} channels at ${rate} Hz cannot be played`);
  const read = sampleReader(bytes.subarray(dataAt, dataAt + dataBytes), audio);
  const frames = Math.floor(dataBytes / (channels * (audio.bitsPerSample / 8)));
  const mono = new Int16Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read(frame * channels + channel);
    mono[frame] = sum / channels;
  }
  return resample(mono, rate);
}

function sampleReader(data: Buffer, { encoding, bitsPerSample }: WavAudio): (index: number) => number {
  if (encoding === PCM && bitsPerSample === 16) return (index) => data.readInt16LE(2 * index);
  if (encoding === ALAW && bitsPerSample === 8) return (index) => PCMA.toLinear[data[index]!]!;
  if (encoding === MULAW && bitsPerSample === 8) return (index) => PCMU.toLinear[data[index]!]!;
  throw new AppError(
    'wav-format',
    `WAV format ${encoding} of ${bitsPerSample} bits cannot be played: use 16-bit PCM, A-law or µ-law`,
  );
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

  /** @throws AppError, or the file system's own error */
  async load(path: string): Promise<Int16Array> {
    const found = await stat(path);
    if (!found.isFile() || found.size > LARGEST)
      throw new AppError('wav-format', 'no file, or too large to play');
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
