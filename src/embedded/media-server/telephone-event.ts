import { hasMarker, timestampDelta, timestampOf, type Payload } from './rtp-packet.js';

/** RFC 4733 §3.2: event codes 0 to 15. */
const DIGITS = '0123456789*#ABCD';

export const eventOf = (digit: string): number => DIGITS.indexOf(digit.toUpperCase());

/** An end packet may be lost with both of its copies: then the digit counts after so many ms without a packet. */
const LOST_END_MS = 300;

/**
 * Hears digits: one event is all packets of one timestamp, its end is sent three times (RFC 4733 §2.5.1.4).
 */
export class DigitReceiver {
  private timestamp?: number;
  private event = -1;
  private duration = 0;
  private ended = true;
  private timer?: NodeJS.Timeout;

  /** @param onDigit told once per event, at its end; duration in samples of 8000 Hz */
  constructor(private readonly onDigit: (digit: string, duration: number) => void) {}

  receive(packet: Buffer, { start, end }: Payload): void {
    if (end - start < 4) return;
    const event = packet[start]!;
    const timestamp = timestampOf(packet);
    const over = (packet[start + 1]! & 0x80) !== 0;
    if (timestamp !== this.timestamp) {
      if (!this.ended) this.finish();
      // A late copy of an earlier event's end is no new digit; a new event's first packet has the marker or no end.
      if (over && !hasMarker(packet) && timestampDelta(this.timestamp ?? timestamp, timestamp) < 0) return;
      this.timestamp = timestamp;
      this.event = event;
      this.ended = false;
    }
    if (this.ended) return;
    this.duration = packet.readUInt16BE(start + 2);
    clearTimeout(this.timer);
    if (over) this.finish();
    else this.timer = setTimeout(() => this.finish(), LOST_END_MS);
  }

  close(): void {
    clearTimeout(this.timer);
    this.ended = true;
  }

  private finish(): void {
    if (this.ended) return;
    clearTimeout(this.timer);
    this.ended = true;
    const digit = DIGITS[this.event];
    if (digit) this.onDigit(digit, this.duration);
  }
}

/** One step of a digit being sent. */
export interface EventStep {
  event: number;
  /** Samples since the digit's start. */
  duration: number;
  first: boolean;
  over: boolean;
  /** The last of the three end packets: the next step is another digit's. */
  last: boolean;
}

const STEP_SAMPLES = 160;
const END_COPIES = 3;
/** FreeSWITCH's default and least, in samples (250 ms, 50 ms); a pause between digits of 50 ms (ITU-T Q.24). */
const DEFAULT_SAMPLES = 2000;
const LEAST_SAMPLES = 400;
const MOST_SAMPLES = 8 * 8000;
const GAP_TICKS = 3;

/** Digits on their way out, one packet a tick. */
export class DigitQueue {
  private readonly digits: { event: number; samples: number }[] = [];
  private tick = 0;
  private endCopies = 0;
  private gap = 0;

  /**
   * @param text FreeSWITCH's form: `12#` or `12#@150` (ms each); `w` is 500 ms, `W` a second of pause
   * @returns false where the text holds anything else
   */
  add(text: string): boolean {
    const match = /^([0-9A-Da-dwW*#]{1,64})(?:@(\d{1,5}))?$/.exec(text);
    if (!match?.[1]) return false;
    const asked = match[2] === undefined ? DEFAULT_SAMPLES : Number(match[2]) * 8;
    const samples = Math.min(MOST_SAMPLES, Math.max(LEAST_SAMPLES, asked));
    for (const digit of match[1]) {
      this.digits.push({
        event: eventOf(digit),
        samples: digit === 'w' ? 4000 : digit === 'W' ? 8000 : samples,
      });
    }
    return true;
  }

  get idle(): boolean {
    return this.digits.length === 0;
  }

  clear(): void {
    this.digits.length = 0;
  }

  /** What goes out in this tick; undefined in a pause. */
  next(): EventStep | undefined {
    const digit = this.digits[0];
    if (!digit) return undefined;
    if (this.gap > 0) {
      this.gap -= 1;
      return undefined;
    }
    this.tick += 1;
    const duration = this.tick * STEP_SAMPLES;
    const over = duration >= digit.samples;
    if (digit.event < 0) {
      if (over) this.finish(0);
      return undefined;
    }
    if (over) this.endCopies += 1;
    const last = this.endCopies === END_COPIES;
    const step = {
      event: digit.event,
      duration: duration - Math.max(0, this.endCopies - 1) * STEP_SAMPLES,
      first: this.tick === 1,
      over,
      last,
    };
    if (last) this.finish(GAP_TICKS);
    return step;
  }

  private finish(gap: number): void {
    this.digits.shift();
    this.tick = 0;
    this.endCopies = 0;
    this.gap = gap;
  }
}
