import type { TrunkFinding } from '../contracts/trunk-test.js';
import type { TrunkStanding } from '../sip/trunk-check.js';

const GOOD: readonly TrunkFinding[] = ['answered', 'rang', 'busy', 'registered', 'reachable'];

/** Whether the trunk does what was asked of it. */
export const works = (finding: TrunkFinding): boolean => GOOD.includes(finding);

/** What final responses to a test call mean (RFC 3261 §21). */
const OF_STATUS: Readonly<Record<number, TrunkFinding>> = {
  200: 'answered',
  401: 'wrong-password',
  403: 'forbidden',
  404: 'number-unknown',
  407: 'wrong-password',
  408: 'no-answer',
  415: 'codecs',
  480: 'busy',
  484: 'number-unknown',
  486: 'busy',
  488: 'codecs',
  600: 'busy',
  603: 'busy',
  604: 'number-unknown',
  606: 'codecs',
};

/** @param rang whether the called phone rang before the answer */
export function findingOfCall(status: number, rang: boolean): TrunkFinding {
  if (rang && status !== 200) return 'rang';
  return OF_STATUS[status] ?? (status >= 500 ? 'carrier-failed' : 'forbidden');
}

const OF_STATE: Readonly<Record<TrunkStanding['state'], TrunkFinding>> = {
  registered: 'registered',
  reachable: 'reachable',
  registering: 'registering',
  stopped: 'switched-off',
  silent: 'no-answer',
  failed: 'carrier-failed',
};

export function findingOfStanding({ state, status }: TrunkStanding): TrunkFinding {
  const isAnswer = state === 'failed' && status !== undefined;
  // A registrar that does not know the user answers 404 (§10.3).
  if (isAnswer && status === 404) return 'wrong-password';
  return isAnswer && status < 500 ? findingOfCall(status, false) : OF_STATE[state];
}
