import { clock } from '../common/clock.js';

const MAX_KEYS = 20_000;

/** Token buckets by key, in bounded memory: a key long untouched is full again, so it can be forgotten. */
export class TokenBuckets {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  /** @param perSecond refill @param burst size of a full bucket */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {}

  /** @returns false when the bucket is empty */
  take(key: string): boolean {
    const now = clock.monotonic();
    const bucket = this.buckets.get(key) ?? { tokens: this.burst, at: now };
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > MAX_KEYS) this.buckets.delete(this.buckets.keys().next().value!);
    bucket.tokens = Math.min(this.burst, bucket.tokens + ((now - bucket.at) / 1000) * this.perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
