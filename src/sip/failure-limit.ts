import { clock } from '../common/clock.js';

const MAX_KEYS = 20_000;

/** Counts failures per key in a window of time; bounded memory, the longest untouched keys go first. */
export class FailureLimit {
  private readonly seen = new Map<string, { count: number; since: number }>();

  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
  ) {}

  isExceeded(key: string): boolean {
    const entry = this.seen.get(key);
    return entry !== undefined && clock.now() - entry.since < this.windowMs && entry.count >= this.limit;
  }

  failed(key: string): void {
    const now = clock.now();
    const entry = this.seen.get(key);
    this.seen.delete(key);
    const current = entry && now - entry.since < this.windowMs ? entry : { count: 0, since: now };
    current.count += 1;
    this.seen.set(key, current);
    if (this.seen.size > MAX_KEYS) this.seen.delete(this.seen.keys().next().value!);
  }

  succeeded(key: string): void {
    this.seen.delete(key);
  }
}
