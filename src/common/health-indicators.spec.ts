import { jest } from '@jest/globals';
import { HealthIndicators } from './health-indicators.js';

describe('health', () => {
  test('is up when every part is', async () => {
    const health = new HealthIndicators();
    expect(await health.check()).toEqual({ up: true, parts: {} });
    health.register('database', async () => ({ up: true }));
    health.register('spool', async () => ({ up: true, detail: '3 writes wait' }));
    expect(await health.check()).toEqual({
      up: true,
      parts: { database: { up: true }, spool: { up: true, detail: '3 writes wait' } },
    });
  });

  test('names the part that is down, that fails, and that says nothing', async () => {
    jest.useFakeTimers();
    const health = new HealthIndicators();
    health.register('database', async () => ({ up: true }));
    health.register('drachtio', async () => ({ up: false, detail: 'not connected' }));
    health.register('media', () => Promise.reject(new Error('ESL ended')));
    health.register('disk', () => new Promise(() => undefined));
    const checked = health.check();
    await jest.advanceTimersByTimeAsync(2000);
    expect(await checked).toEqual({
      up: false,
      parts: {
        database: { up: true },
        drachtio: { up: false, detail: 'not connected' },
        media: { up: false, detail: 'ESL ended' },
        disk: { up: false, detail: 'no answer in 2000 ms' },
      },
    });
    jest.useRealTimers();
  });
});
