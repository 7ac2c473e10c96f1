import { clock } from '../common/clock.js';

interface Limit {
  /** What tries are counted by. */
  key: (account: string, source: string) => string;
  tries: number;
  /** What a right password takes back: all the tries counted under the key, or its own. */
  forgives: 'all' | 'own';
}

/** How long a failed try counts, in ms. */
const WINDOW_MS = 15 * 60_000;

/**
 * Failed tries in 15 minutes until the next is refused unread. The account's own limit, over all sources, is wide: a
 * stranger who knows an address shall not lock its owner out with a handful of tries.
 */
const LIMITS: readonly Limit[] = [
  { key: (account, source) => `both ${account} ${source}`, tries: 5, forgives: 'all' },
  { key: (_, source) => `source ${source}`, tries: 30, forgives: 'own' },
  { key: (account) => `account ${account}`, tries: 100, forgives: 'own' },
];

/** Keys remembered at most; the oldest go first, so that a flood of invented accounts takes no memory. */
const MOST_KEYS = 20_000;

/** Counts tries to sign in, in memory of this process. */
export class SignInLimit {
  private readonly tries = new Map<string, number[]>();

  /**
   * Counts a try before its password is looked at, so that tries made at once count too.
   * @returns seconds until the next try is read; 0: this one is
   */
  begin(account: string, source: string): number {
    const now = clock.now();
    const waits = LIMITS.map(({ key, tries }) => {
      const past = this.recent(key(account, source), now);
      return past.length < tries ? 0 : (past[past.length - tries] ?? now) + WINDOW_MS - now;
    });
    const wait = Math.max(...waits);
    if (wait > 0) return Math.ceil(wait / 1000);
    for (const { key } of LIMITS) this.add(key(account, source), now);
    return 0;
  }

  /** The try was the right one: it, and the account's earlier slips from there, count no more. */
  succeeded(account: string, source: string): void {
    for (const { key, forgives } of LIMITS) {
      if (forgives === 'all') this.tries.delete(key(account, source));
      else this.tries.get(key(account, source))?.pop();
    }
  }

  private recent(name: string, now: number): number[] {
    const past = (this.tries.get(name) ?? []).filter((at) => at > now - WINDOW_MS);
    if (past.length === 0) this.tries.delete(name);
    else this.tries.set(name, past);
    return past;
  }

  private add(name: string, now: number): void {
    const past = this.tries.get(name) ?? [];
    past.push(now);
    // A Map keeps the order of insertion: taken out and put in again, the key is the newest.
    this.tries.delete(name);
    this.tries.set(name, past);
    if (this.tries.size > MOST_KEYS) this.tries.delete(this.tries.keys().next().value as string);
  }
}
