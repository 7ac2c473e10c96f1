// Below Linux's ephemeral ports and above those of the other tests (test/support/free-ports.ts).
import { portRange } from '../support/port-range.mjs';

const FIRST = 28_000;

export const { freePort, freeUdpRange } = portRange(FIRST, FIRST + 1000, FIRST + 4000);
