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
    const whole = part.length - (part.length % 4);
    for (let at = 0; at < whole; at += 4, this.frame += 1) {
      this.measure(0, part.readInt16LE(at));
      this.measure(1, part.readInt16LE(at + 2));
      if ((this.frame + 1) % this.framesPerWindow === 0) this.closeWindow();
    }
    this.odd = Buffer.from(part.subarray(whole));
  }

  private measure(channel: 0 | 1, sample: number): void {
    const at = channel * this.stretches + Math.floor(this.frame / this.framesPerStretch);
    const loud = Math.round((Math.abs(sample) / FULL_SCALE) * 255);
    if (loud > (this.peaks[at] ?? 255)) this.peaks[at] = loud;
    this.squares[channel]! += sample * sample;
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
