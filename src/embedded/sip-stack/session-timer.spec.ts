import { jest } from '@jest/globals';
import { SessionTimer, sessionExpires, SipMessage } from './index.js';
import { Timers } from './timers.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('session timers (RFC 4028)', () => {
  const start = (interval: number, weRefresh: boolean) => {
    const done: string[] = [];
    const timers = new Timers();
    const timer = new SessionTimer(timers, {
      refresh: () => done.push('refresh'),
      expired: () => done.push('expired'),
    });
    timer.restart(interval, weRefresh);
    return { done, timer, timers };
  };

  it('the refresher refreshes at half the interval', () => {
    const { done } = start(1800, true);
    jest.advanceTimersByTime(899_000);
    expect(done).toEqual([]);
    jest.advanceTimersByTime(1000);
    expect(done).toEqual(['refresh']);
  });

  it('the other side ends the dialog 32 s (or a third) before the interval is over', () => {
    const long = start(1800, false);
    jest.advanceTimersByTime(1_768_000);
    expect(long.done).toEqual(['expired']);
    const short = start(90, false);
    jest.advanceTimersByTime(60_000);
    expect(short.done).toEqual(['expired']);
  });

  it('a refresh starts it anew; stop() leaves no timer', () => {
    const { done, timer, timers } = start(90, false);
    jest.advanceTimersByTime(50_000);
    timer.restart(90, false);
    jest.advanceTimersByTime(50_000);
    expect(done).toEqual([]);
    timer.stop();
    expect(timers.count).toBe(0);
  });

  it.each([
    ['1800;refresher=uac', { interval: 1800, refresher: 'uac' }],
    ['90', { interval: 90, refresher: undefined }],
    ['soon', undefined],
  ])('Session-Expires: %s', (value, expected) => {
    expect(sessionExpires(SipMessage.response(200, 'OK').add('Session-Expires', value))).toEqual(expected);
  });
});
