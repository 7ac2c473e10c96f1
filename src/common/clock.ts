/** The one source of time, so that a spec can set it. */
export const clock = {
  /** Milliseconds since the Unix epoch. */
  now: (): number => Date.now(),
  /** ISO 8601, UTC. */
  iso: (): string => new Date(clock.now()).toISOString(),
  /** Milliseconds that only go forward, for durations. */
  monotonic: (): number => performance.now(),
};
