import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { menuPrompts } from './spoken-menu.js';

const PROMPTS = join(import.meta.dirname, '../../freeswitch/prompts');
const NOW = Date.parse('2026-03-11T12:00:00Z'); // a Wednesday
const told = (at: string, timeZone = 'UTC') =>
  menuPrompts([{ code: '4072', at: new Date(at) }], NOW, timeZone).slice(7, -1);

describe('the menu that a mobile is told', () => {
  it('names each client by digit, code, day and time', () => {
    const clients = [
      { code: '4072', at: new Date('2026-03-10T14:05:00Z') },
      { code: '51', at: new Date('2026-03-11T09:40:00Z') },
    ];
    expect(menuPrompts(clients, NOW, 'UTC').join(' ')).toBe(
      'menu-clients ' +
        'number-1 menu-client number-4 number-0 number-7 number-2 day-yesterday number-14 minutes-0 number-5 ' +
        'number-2 menu-client number-5 number-1 day-today number-9 number-40 menu-others',
    );
  });

  it.each([
    ['2026-03-11T00:00:00Z', 'UTC', 'day-today number-0 minutes-00'],
    ['2026-03-10T23:59:00Z', 'UTC', 'day-yesterday number-20 number-3 number-50 number-9'],
    ['2026-03-10T23:30:00Z', 'Europe/Moscow', 'day-today number-2 number-30'],
    ['2026-03-09T10:12:00Z', 'UTC', 'day-1 number-10 number-12'],
    ['2026-03-05T21:21:00Z', 'UTC', 'day-4 number-20 number-1 number-20 number-1'],
    ['2026-03-04T12:00:00Z', 'UTC', 'day-earlier'],
    ['2026-03-11T12:00:30Z', 'UTC', 'day-today number-12 minutes-00'], // clocks differ a little
  ])('%s, told in %s', (at, timeZone, prompts) => {
    expect(told(at, timeZone).join(' ')).toBe(prompts);
  });

  it('tells days apart where one has 23 hours', () => {
    const clients = [{ code: '1', at: new Date('2026-03-28T20:00:00+01:00') }];
    const now = Date.parse('2026-03-29T19:00:00+02:00');
    expect(menuPrompts(clients, now, 'Europe/Berlin')).toContain('day-yesterday');
  });

  it('has every piece in every language', () => {
    const moments = Array.from({ length: 60 }, (_, i) => new Date(NOW - i * 3.3 * 3_600_000 - i * 61_000));
    const names = moments.flatMap((at) => menuPrompts([{ code: '1234567890', at }], NOW, 'UTC'));
    const missing = ['ru', 'en'].flatMap((language) =>
      [...new Set(names)].filter((name) => !existsSync(join(PROMPTS, language, `${name}.wav`))),
    );
    expect(missing).toEqual([]);
    expect(new Set(names).size).toBeGreaterThan(30);
  });
});
