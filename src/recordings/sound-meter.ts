import { parties } from '../contracts/recordings.js';

const MOST_STRETCHES = 1000;
const FULL_SCALE = 32_768;
/** A tenth of a second louder than this was said by somebody: -55 dBFS, above a telephone's idle noise. */
const HEARD = FULL_SCALE * 10 ** (-55 / 20);
const WINDOWS_PER_SECOND = 10;

export type Party = (typeof parties)[number];

/** How loud each party is all along: a waveform's peaks, and whether he is heard at all. */
export class SoundMeter {
  private readonly framesPerStretch: number;
  private readonly framesPerWindow: number;
  private readonly stretches: number;
  private readonly peaks: Uint8Array;
  private readonly squares = [0, 0];
  private readonly heard = [false, false];
  private frame = 0;
  private odd = Buffer.alloc(0);

  /** @param frames of the whole, two samples of 16 bits each */
  constructor(frames: number, rate: number) {
    this.framesPerStretch = Math.max(1, Math.ceil(frames / MOST_STRETCHES));
    this.framesPerWindow = Math.max(1, Math.floor(rate / WINDOWS_PER_SECOND));
    this.stretches = Math.ceil(frames / this.framesPerStretch);
    this.peaks = new Uint8Array(this.stretches * parties.length);
  }

  push(given: Buffer): void {
    const part = this.odd.length > 0 ? Buffer.concat([this.odd, given]) : given;
    const frames = Math.floor(part.length / 4);
    const samples = new Int16Array(frames * 2);
    part.copy(Buffer.from(samples.buffer)); // a part may begin at an odd address
    for (let at = 0; at < frames;) {
      const run = Math.min(
        frames - at,
        this.framesPerStretch - (this.frame % this.framesPerStretch),
        this.framesPerWindow - (this.frame % this.framesPerWindow),
      );
      this.measure(0, samples, at, run);
      this.measure(1, samples, at, run);
      at += run;
      this.frame += run;
      if (this.frame % this.framesPerWindow === 0) this.closeWindow();
    }
    this.odd = Buffer.from(part.subarray(frames * 4));
  }

  /** Within one stretch and one window. Here every sample of every recording passes. */
  private measure(channel: 0 | 1, samples: Int16Array, from: number, frames: number): void {
    let peak = 0;
    let squares = 0;
    const end = 2 * (from + frames);
    for (let at = 2 * from + channel; at < end; at += 2) {
      const sample = samples[at] as number;
      squares += sample * sample;
      if (sample > peak) peak = sample;
      else if (-sample > peak) peak = -sample;
    }
    this.squares[channel]! += squares;
    const stretch = channel * this.stretches + Math.floor(this.frame / this.framesPerStretch);
    const loud = Math.round((peak / FULL_SCALE) * 255);
    if (loud > (this.peaks[stretch] ?? 255)) this.peaks[stretch] = loud;
  }

  private closeWindow(): void {
    for (const channel of [0, 1]) {
      if (Math.sqrt(this.squares[channel]! / this.framesPerWindow) > HEARD) this.heard[channel] = true;
      this.squares[channel] = 0;
    }
  }

  /** Parties who were not heard for a tenth of a second. */
  get silent(): Party[] {
    return parties.filter((_, channel) => !this.heard[channel]);
  }

  /** A byte a stretch, the client's first, then the manager's. */
  get stretchPeaks(): Buffer {
    return Buffer.from(this.peaks);
  }
}

/** What `stretchPeaks` says, from 0 to 1 to three digits. */
export function peaksOf(stretchPeaks: Buffer): Record<Party, number[]> {
  const numbers = [...stretchPeaks].map((loud) => Math.round((loud / 255) * 1000) / 1000);
  const half = numbers.length / 2;
  return { client: numbers.slice(0, half), manager: numbers.slice(half) };
}
