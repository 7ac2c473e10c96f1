import { clock } from '../common/clock.js';
import { SignInLimit } from './sign-in-limit.js';

const QUARTER_S = 15 * 60;

describe('tries to sign in', () => {
  const realNow = clock.now;
  let now = 1_000_000_000_000;
  beforeEach(() => (clock.now = () => now));
  afterEach(() => (clock.now = realNow));

  const times = (count: number, run: (index: number) => number) =>
    Array.from({ length: count }, (_, at) => run(at));

  test('five of one account from one source; the sixth waits until the first is 15 minutes old', () => {
    const limit = new SignInLimit();
    expect(times(5, () => limit.begin('a@x', '192.0.2.1'))).toEqual([0, 0, 0, 0, 0]);
    expect(limit.begin('a@x', '192.0.2.1')).toBe(QUARTER_S);
    now += 60_000;
    expect(limit.begin('a@x', '192.0.2.1')).toBe(QUARTER_S - 60);
    now += (QUARTER_S - 60) * 1000;
    expect(limit.begin('a@x', '192.0.2.1')).toBe(0);
  });

  test('a stranger’s tries do not lock the owner out from where he sits', () => {
    const limit = new SignInLimit();
    times(6, () => limit.begin('a@x', '192.0.2.1'));
    expect(limit.begin('a@x', '192.0.2.2')).toBe(0);
  });

  test('30 from one source, whatever the accounts', () => {
    const limit = new SignInLimit();
    expect(times(30, (at) => limit.begin(`${at}@x`, '192.0.2.1')).every((wait) => wait === 0)).toBe(true);
    expect(limit.begin('new@x', '192.0.2.1')).toBeGreaterThan(0);
    expect(limit.begin('new@x', '192.0.2.2')).toBe(0);
  });

  test('100 of one account, from however many sources', () => {
    const limit = new SignInLimit();
    times(100, (at) => limit.begin('a@x', `192.0.2.${at}`));
    expect(limit.begin('a@x', '198.51.100.1')).toBeGreaterThan(0);
  });

  test('the right password forgets the slips before it', () => {
    const limit = new SignInLimit();
    for (let day = 0; day < 20; day++) {
      times(3, () => limit.begin('a@x', '192.0.2.1'));
      limit.begin('a@x', '192.0.2.1');
      limit.succeeded('a@x', '192.0.2.1');
      now += QUARTER_S * 1000;
    }
    expect(limit.begin('a@x', '192.0.2.1')).toBe(0);
  });
});
