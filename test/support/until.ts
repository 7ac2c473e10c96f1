import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again until the answer is there: for facts that no event tells.
 * @param question answers undefined, false or '' for "not yet"; what it throws counts as "not yet" as well
 * @param what named in the error when the time is over
 * @param limitMs milliseconds until then
 */
export async function until<T>(
  what: string,
  question: () => T | Promise<T>,
  limitMs = 10_000,
  everyMs = 50,
): Promise<Exclude<T, undefined | false | null | ''>> {
  const deadline = performance.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await question();
      if (answer) return answer as Exclude<T, undefined | false | null | ''>;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      const why = last instanceof Error ? ` (${last.message})` : '';
      throw new Error(`not within ${limitMs} ms: ${what}${why}`);
    }
    await pause(everyMs);
  }
}

/** Fails with `what` where the promise takes longer than `limitMs` milliseconds. */
export async function within<T>(limitMs: number, what: string, promise: Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  const late = pause(limitMs, undefined, { signal: giveUp.signal }).then(() => {
    throw new Error(`not within ${limitMs} ms: ${what}`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    giveUp.abort();
  }
}
