import { backoffDelay, refreshDelay } from './trunk-registration.js';

describe('the times of a registration with a carrier', () => {
  it('refreshes 30 s before the end, or half-way where that is near', () => {
    expect(refreshDelay(600)).toBe(570_000);
    expect(refreshDelay(61)).toBe(31_000);
    expect(refreshDelay(60)).toBe(30_000);
    expect(refreshDelay(20)).toBe(10_000);
  });

  it('waits twice as long after each failure, up to five minutes, never the same for all', () => {
    expect([1, 2, 3, 4].map((failures) => backoffDelay(failures, 0.5))).toEqual([
      2_000, 4_000, 8_000, 16_000,
    ]);
    expect(backoffDelay(50, 0.5)).toBe(300_000);
    expect(backoffDelay(1, 0)).toBe(1_600);
    expect(backoffDelay(1, 1)).toBe(2_400);
  });
});
