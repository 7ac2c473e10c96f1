import { findingOfCall, findingOfStanding, works } from './trunk-findings.js';

describe('what a carrier’s answer means', () => {
  it.each([
    [200, false, 'answered', true],
    [408, true, 'rang', true],
    [486, false, 'busy', true],
    [407, false, 'wrong-password', false],
    [403, false, 'forbidden', false],
    [404, false, 'number-unknown', false],
    [408, false, 'no-answer', false],
    [488, false, 'codecs', false],
    [503, false, 'carrier-failed', false],
    [428, false, 'forbidden', false],
  ] as const)('to a call: %d, rang before: %s', (status, rang, finding, good) => {
    expect(findingOfCall(status, rang)).toBe(finding);
    expect(works(finding)).toBe(good);
  });

  it.each([
    [{ state: 'registered', status: 200 }, 'registered'],
    [{ state: 'failed', status: 403 }, 'forbidden'],
    [{ state: 'failed', status: 404 }, 'wrong-password'],
    [{ state: 'failed', status: 408 }, 'no-answer'],
    [{ state: 'failed', status: 503 }, 'carrier-failed'],
    [{ state: 'silent', status: 408 }, 'no-answer'],
    [{ state: 'stopped' }, 'switched-off'],
    [{ state: 'reachable', status: 404 }, 'reachable'],
  ] as const)('to a registration, or to OPTIONS: %o', (standing, finding) => {
    expect(findingOfStanding(standing)).toBe(finding);
  });
});
