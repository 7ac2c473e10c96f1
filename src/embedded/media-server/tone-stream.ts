import type { AudioSource } from './audio-source.js';

const RATE = 8000;
/** FreeSWITCH's default: a tone at −7 dB of full scale per frequency; measured peak 10160. */
const DEFAULT_DB = -7;

interface Segment {
  onSamples: number;
  offSamples: number;
  frequencies: number[];
  amplitude: number;
}

/** Thrown for a tone_stream that says nothing playable. */
export class ToneSyntaxError extends Error {}

const peak = (db: number) => 10 ** (db / 20) * 22_767;

/**
 * The subset of FreeSWITCH's TGML that exchanges use: `%(on ms, off ms, hz[, hz…])`, `v=` (dB), `L=` (times, only
 * above zero, as FreeSWITCH 1.11 has it) and the suffix `;loops=` (-1: for ever).
 * https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Configuration/Tone_stream/
 * @param text what follows `tone_stream://`
 * @throws ToneSyntaxError
 */
export function parseToneStream(text: string): { segments: Segment[]; loops: number } {
  const loopsMatch = /;loops=(-?\d+)/.exec(text);
  let loops = loopsMatch ? Number(loopsMatch[1]) : 1;
  let repeat = 1;
  let amplitude = peak(DEFAULT_DB);
  const segments: Segment[] = [];
  const script = loopsMatch ? text.slice(0, loopsMatch.index) : text;
  for (const token of script.match(/%\([^)]*\)|[vL]=-?[\d.]+/g) ?? []) {
    if (token.startsWith('v=')) amplitude = peak(Math.min(0, Number(token.slice(2))));
    else if (token.startsWith('L=')) repeat = Math.max(1, Number.parseInt(token.slice(2), 10) || 1);
    else segments.push(segmentOf(token, amplitude));
  }
  if (!segments.some((one) => one.onSamples + one.offSamples > 0)) {
    throw new ToneSyntaxError(`no tone in "${text}": write %(on,off,hz)`);
  }
  if (repeat > 1 && loops > 0) loops *= repeat;
  return { segments, loops: loops < 0 ? Infinity : loops };
}

function segmentOf(token: string, amplitude: number): Segment {
  const numbers = token.slice(2, -1).split(',').map(Number);
  const [on = 0, off = 0, ...frequencies] = numbers;
  if (numbers.some((one) => !Number.isFinite(one) || one < 0) || on > 3_600_000 || off > 3_600_000) {
    throw new ToneSyntaxError(`"${token}" is not %(on ms,off ms,hz)`);
  }
  return {
    onSamples: Math.round((on * RATE) / 1000),
    offSamples: Math.round((off * RATE) / 1000),
    frequencies: frequencies.filter((hertz) => hertz > 0 && hertz < RATE / 2),
    // Two frequencies share the level, so that the sum does not clip.
    amplitude: frequencies.length > 1 ? amplitude / frequencies.length : amplitude,
  };
}

/** Generates the tones of a tone_stream, 8000 samples/s, for as long as it says. */
export class ToneSource implements AudioSource {
  private readonly segments: Segment[];
  private loopsLeft: number;
  private segment = 0;
  private at = 0;

  /** @throws ToneSyntaxError */
  constructor(text: string) {
    const { segments, loops } = parseToneStream(text);
    this.segments = segments;
    this.loopsLeft = loops;
  }

  read(out: Int16Array): number {
    let written = 0;
    while (written < out.length && this.loopsLeft > 0) {
      const { onSamples, offSamples, frequencies, amplitude } = this.segments[this.segment]!;
      const length = onSamples + offSamples;
      const count = Math.min(out.length - written, length - this.at);
      for (let i = 0; i < count; i++) {
        const n = this.at + i;
        let sample = 0;
        if (n < onSamples) {
          for (const hertz of frequencies) sample += amplitude * Math.sin((2 * Math.PI * hertz * n) / RATE);
        }
        out[written + i] = sample;
      }
      written += count;
      this.at += count;
      if (this.at >= length) this.next();
    }
    return written;
  }

  private next(): void {
    this.at = 0;
    this.segment += 1;
    if (this.segment < this.segments.length) return;
    this.segment = 0;
    this.loopsLeft -= 1;
  }
}
