// What will happen in a campaign, made up front from the seed alone: the same seed, the same calls and faults.
import { between, pick, randomFrom } from './random.mjs';

/** How a call is meant to go where nothing is broken; the weight is its share. */
export const KINDS = {
  'caller-hangs-up': { weight: 40, number: '+74950000201', extension: '201' },
  'manager-hangs-up': { weight: 20, number: '+74950000202', extension: '202' },
  missed: { weight: 13, number: '+74950000203', extension: '203' },
  busy: { weight: 12, number: '+74950000204', extension: '204' },
  cancelled: { weight: 15, number: '+74950000205', extension: '205' },
};

/** What can be done to a process: killed -9, stopped for a while, ended and started again in good order. */
const DEEDS = { kill: 5, stop: 4, restart: 1 };
const FIRST_FAULT_MS = 4_000;
/** Faults come closer than the product recovers: some hit what is still getting up. */
const GAP_MS = [3_000, 11_000];
const STOP_MS = [1_000, 5_000];
const AWAY_AT_MS = 10_000;

/**
 * @param options seed; minutes of load; rate in calls/s; victims by name with their weights; postgresAwayS: seconds for
 *   which PostgreSQL is away, as the one fault
 * @returns calls and faults, each with `atMs` from the start of the load
 */
export function planOf({ seed, minutes, rate, victims, postgresAwayS }) {
  const durationMs = minutes * 60_000;
  const weights = Object.fromEntries(Object.entries(KINDS).map(([kind, { weight }]) => [kind, weight]));
  const forCalls = randomFrom(`${seed} calls`);
  const calls = [];
  for (let atMs = 0; atMs < durationMs; atMs = ((calls.length * 1000) / rate) | 0) {
    const kind = pick(forCalls, weights);
    calls.push({
      atMs,
      kind,
      caller: `+7916${String(1_000_000 + calls.length)}`,
      talkMs: between(forCalls, 300, 4_000),
    });
  }
  if (postgresAwayS) {
    const away = { atMs: AWAY_AT_MS, deed: 'away', victim: 'postgres', forMs: postgresAwayS * 1000 };
    return { calls, faults: [away] };
  }
  const forFaults = randomFrom(`${seed} faults`);
  const faults = [];
  for (let atMs = FIRST_FAULT_MS; atMs < durationMs; atMs += between(forFaults, ...GAP_MS)) {
    const deed = pick(forFaults, DEEDS);
    const forMs = between(forFaults, ...STOP_MS);
    faults.push({ atMs, deed, victim: pick(forFaults, victims), ...(deed === 'stop' && { forMs }) });
  }
  return { calls, faults };
}
