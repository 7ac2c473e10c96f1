import type { G711 } from './g711.js';
import { FRAME_SAMPLES } from './pacer.js';
import type { Tap } from './tap.js';

/** Sound waits until so many samples are there (40 ms of jitter), and is cut back to it past LATEST (160 ms). */
const PREFILL = 2 * FRAME_SAMPLES;
const LATEST = 8 * FRAME_SAMPLES;
const CAPACITY = 16 * FRAME_SAMPLES;

/** Turns packets that come when they come into a frame every 20 ms, for a mix. Packets lost are silence. */
export class FrameBuffer implements Tap {
  private readonly ring = new Int16Array(CAPACITY);
  private readAt = 0;
  private fill = 0;
  private running = false;

  codes(codec: G711, packet: Buffer, start: number, end: number): void {
    const { toLinear } = codec;
    let at = this.makeRoom(end - start);
    for (let i = start; i < end; i++) {
      this.ring[at] = toLinear[packet[i]!]!;
      at = at + 1 === CAPACITY ? 0 : at + 1;
    }
  }

  frame(samples: Int16Array): void {
    let at = this.makeRoom(samples.length);
    for (const sample of samples) {
      this.ring[at] = sample;
      at = at + 1 === CAPACITY ? 0 : at + 1;
    }
  }

  restart(): void {
    this.fill = 0;
    this.running = false;
  }

  /** Adds the next 20 ms to `sum`. */
  addTo(sum: Int32Array): void {
    if (!this.running && this.fill < PREFILL) return;
    this.running = this.fill >= FRAME_SAMPLES;
    if (!this.running) return;
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      sum[i]! += this.ring[this.readAt]!;
      this.readAt = this.readAt + 1 === CAPACITY ? 0 : this.readAt + 1;
    }
    this.fill -= FRAME_SAMPLES;
  }

  /** @returns where to write `count` samples, with the oldest dropped where the reader lags */
  private makeRoom(count: number): number {
    if (this.fill + count > LATEST) {
      const drop = Math.min(this.fill, this.fill + count - PREFILL);
      this.readAt = (this.readAt + drop) % CAPACITY;
      this.fill -= drop;
    }
    const at = (this.readAt + this.fill) % CAPACITY;
    this.fill = Math.min(CAPACITY, this.fill + count);
    return at;
  }
}

const clamp = (value: number) => (value > 32767 ? 32767 : value < -32768 ? -32768 : value);

/** The sum of the parts, clipped to 16 bits. */
export function clipInto(sum: Int32Array, out: Int16Array): void {
  for (let i = 0; i < out.length; i++) out[i] = clamp(sum[i]!);
}
