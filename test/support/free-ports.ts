import { env } from './env.js';
import { portRange } from './port-range.mjs';

/** Below Linux's ephemeral ports each of three workers has its own 6,000 (test/chaos/ports.mjs those above). */
const FIRST = 10_000 + ((env.worker - 1) % 3) * 6000;

export const { freePort, freeUdpRange } = portRange(FIRST, FIRST + 2000, FIRST + 6000);
