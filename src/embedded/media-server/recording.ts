import type { G711 } from './g711.js';
import { timestampDelta } from './rtp-packet.js';
import type { Tap } from './tap.js';
import { WavWriter } from './wav-writer.js';

const RATE = 8000;
/** Samples that wait for late packets before they go to the file (600 ms). */
const SETTLE = 4_800;
/** Room for what is not yet in the file: 3 s, for a stalled process. */
const WINDOW = 24_000;
/** A stream this far ahead of the clock, or behind it, is placed anew by the clock (200 ms, 400 ms). */
const AHEAD = 1_600;
const BEHIND = 3_200;
const FLUSH_MS = 1_000;

const clockSamples = () => performance.now() * (RATE / 1000);

/** One party of a recording: places each packet by its timestamp, the stream as a whole by the clock. */
class Track implements Tap {
  private anchored = false;
  private anchorTimestamp = 0;
  private anchorPosition = 0;
  private nextPosition = 0;

  constructor(
    private readonly recording: Recording,
    private readonly channel: 0 | 1,
  ) {}

  codes(codec: G711, packet: Buffer, start: number, end: number, timestamp: number): void {
    const count = end - start;
    const byClock = Math.round(this.recording.position() - count);
    let position = this.anchorPosition + timestampDelta(this.anchorTimestamp, timestamp);
    if (!this.anchored || position > byClock + AHEAD || position < byClock - BEHIND) {
      this.anchored = true;
      this.anchorTimestamp = timestamp;
      this.anchorPosition = position = byClock;
    }
    this.nextPosition = position + count;
    this.recording.putCodes(this.channel, position, codec.toLinear, packet, start, end);
  }

  frame(samples: Int16Array): void {
    this.anchored = false;
    const byClock = Math.round(this.recording.position() - samples.length);
    const off = this.nextPosition - byClock;
    const position = off > AHEAD || off < -AHEAD ? byClock : this.nextPosition;
    this.nextPosition = position + samples.length;
    this.recording.putFrame(this.channel, position, samples);
  }

  restart(): void {
    this.anchored = false;
  }
}

export interface RecordingResult {
  samples: number;
  bytes: number;
}

/**
 * A recording of a leg for as long as it lasts: left what it says, right what it is sent (one file of 16-bit PCM,
 * 8000 Hz). Loss and pauses are silence, so that the file is as long as the call.
 */
export class Recording {
  readonly read: Tap = new Track(this, 0);
  readonly sent: Tap = new Track(this, 1);
  /** While true, silence is written in the place of both parties. */
  masked = false;
  private readonly pending = new Int16Array(2 * WINDOW);
  private readonly startedAt = clockSamples();
  private flushed = 0;
  private stopped = false;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    readonly path: string,
    private readonly writer: WavWriter,
    private readonly stereo: boolean,
    onError: (error: NodeJS.ErrnoException) => void,
  ) {
    writer.onError = (error) => {
      clearInterval(this.timer);
      onError(error);
    };
    this.timer = setInterval(() => this.flush(this.position() - SETTLE), FLUSH_MS);
  }

  /**
   * @param onError told once when the disk refuses; the recording is over then
   * @throws what the file system says
   */
  static async start(
    path: string,
    stereo: boolean,
    onError: (error: NodeJS.ErrnoException) => void,
  ): Promise<Recording> {
    return new Recording(path, await WavWriter.create(path, stereo ? 2 : 1, RATE), stereo, onError);
  }

  /** Samples since the start, by the clock. */
  position(): number {
    return clockSamples() - this.startedAt;
  }

  /** Writes the rest. Never throws. */
  async stop(): Promise<RecordingResult> {
    if (!this.stopped) {
      this.flush(this.position());
      this.stopped = true;
      clearInterval(this.timer);
    }
    await this.writer.close();
    const bytes = this.writer.dataBytes;
    return { samples: bytes / (this.stereo ? 4 : 2), bytes: bytes + 44 };
  }

  putCodes(
    channel: 0 | 1,
    position: number,
    toLinear: Int16Array,
    codes: Buffer,
    start: number,
    end: number,
  ): void {
    if (this.masked || !this.fits(position, end - start)) return;
    let at = position % WINDOW;
    for (let i = start; i < end; i++) {
      this.pending[2 * at + channel] = toLinear[codes[i]!]!;
      at = at + 1 === WINDOW ? 0 : at + 1;
    }
  }

  putFrame(channel: 0 | 1, position: number, samples: Int16Array): void {
    if (this.masked || !this.fits(position, samples.length)) return;
    let at = position % WINDOW;
    for (const sample of samples) {
      this.pending[2 * at + channel] = sample;
      at = at + 1 === WINDOW ? 0 : at + 1;
    }
  }

  /** What is in the file already stays; what is too far ahead waits for nobody. */
  private fits(position: number, count: number): boolean {
    return !this.stopped && position >= this.flushed && position + count <= this.flushed + WINDOW;
  }

  private flush(until: number): void {
    if (this.stopped) return;
    while (this.flushed < until) {
      const count = Math.floor(Math.min(until - this.flushed, WINDOW));
      if (count <= 0) return;
      this.writer.append(this.stereo ? this.takeStereo(count) : this.takeMono(count));
      this.flushed += count;
    }
  }

  private takeStereo(count: number): Buffer {
    const out = Buffer.allocUnsafe(4 * count);
    const at = this.flushed % WINDOW;
    const first = Math.min(count, WINDOW - at);
    this.move(out, 0, at, first);
    this.move(out, first, 0, count - first);
    return out;
  }

  private move(out: Buffer, to: number, from: number, count: number): void {
    const part = this.pending.subarray(2 * from, 2 * (from + count));
    out.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), 4 * to);
    part.fill(0);
  }

  private takeMono(count: number): Buffer {
    const stereo = this.takeStereo(count);
    const out = Buffer.allocUnsafe(2 * count);
    for (let i = 0; i < count; i++) {
      const sum = stereo.readInt16LE(4 * i) + stereo.readInt16LE(4 * i + 2);
      out.writeInt16LE(Math.max(-32768, Math.min(32767, sum)), 2 * i);
    }
    return out;
  }
}
