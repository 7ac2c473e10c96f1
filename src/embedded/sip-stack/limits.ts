import type { EndpointLimits, TimerValues } from './types.js';

/** RFC 3261 §17.1.1.1. */
export const RFC_TIMERS: TimerValues = { t1: 500, t2: 4000, t4: 5000 };

/** For a small office with room to spare; each may be set. */
export const LIMITS: EndpointLimits = {
  transactions: 20_000,
  transactionsPerSource: 10_000,
  lingering: 20_000,
  connections: 4096,
  connectionsPerSource: 1024,
  garbagePerSecond: 50,
  messageBytes: 65_535,
  idleMs: 4_000_000, // longer than a registration of an hour, whose refresh keeps the connection
  firstMessageMs: 10_000,
};
