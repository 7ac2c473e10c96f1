import { Pacer, type PacerClock } from './pacer.js';

/** A clock that is late at every alarm, as a loaded machine's. */
function lateClock(latenessMs: () => number) {
  let now = 1000;
  let alarm: { at: number; run: () => void } | undefined;
  const clock: PacerClock = {
    now: () => now,
    after: (ms, run) => {
      alarm = { at: now + ms, run };
      return () => (alarm = undefined);
    },
  };
  const runUntil = (end: number) => {
    while (alarm && alarm.at <= end) {
      const { at, run } = alarm;
      alarm = undefined;
      now = at + latenessMs();
      run();
    }
    now = Math.max(now, end);
  };
  return { clock, runUntil, idle: () => alarm === undefined };
}

describe('the pacer', () => {
  it('ticks 50 times a second however late each alarm is', () => {
    const { clock, runUntil } = lateClock(() => 7.3);
    const pacer = new Pacer(clock);
    let ticks = 0;
    pacer.add({ tick: () => ticks++ });
    runUntil(61_000);
    expect(ticks).toBeGreaterThanOrEqual(2999);
    expect(ticks).toBeLessThanOrEqual(3000);
    expect(pacer.worstLatenessMs).toBeCloseTo(7.3);
  });

  it('makes up for a short stall and lets a long one go', () => {
    let stall = 0;
    const { clock, runUntil } = lateClock(() => stall);
    const pacer = new Pacer(clock);
    let ticks = 0;
    pacer.add({ tick: () => ticks++ });
    stall = 60;
    runUntil(1025);
    expect(ticks).toBe(4);
    stall = 5_000;
    runUntil(1105);
    expect(ticks).toBeLessThanOrEqual(6);
  });

  it('rests when nobody needs it, and a member may leave within its tick', () => {
    const { clock, runUntil, idle } = lateClock(() => 0);
    const pacer = new Pacer(clock);
    const member = { tick: () => pacer.delete(member) };
    pacer.add(member);
    runUntil(1100);
    expect(pacer.size).toBe(0);
    expect(idle()).toBe(true);
  });
});
