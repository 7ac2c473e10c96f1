/** One client of the menu that a manager's mobile is told. */
export interface MenuClient {
  code: string;
  /** When his last call was. */
  at: Date;
}

/** How many are told: as many as one remembers. */
export const MENU_SIZE = 5;
const DAY_MS = 24 * 3600 * 1000;

/**
 * What the menu says, as names of prompts one after another: "1: client 4 0 7 2, yesterday, 14 05".
 * @param now ms since the epoch
 * @param timeZone IANA name; left out, the machine's own
 */
export function menuPrompts(
  clients: readonly MenuClient[],
  now: number,
  timeZone: string | undefined,
): string[] {
  const told = clients
    .slice(0, MENU_SIZE)
    .flatMap(({ code, at }, index) => [
      `number-${index + 1}`,
      'menu-client',
      ...[...code].map((digit) => `number-${digit}`),
      ...momentPrompts(at, now, timeZone),
    ]);
  return ['menu-clients', ...told, 'menu-others'];
}

/** The day as one would say it, and the time where it still matters. */
function momentPrompts(at: Date, now: number, timeZone: string | undefined): string[] {
  const then = wallClock(at, timeZone);
  const days = Math.round((wallClock(new Date(now), timeZone).midnight - then.midnight) / DAY_MS);
  if (days >= 7) return ['day-earlier'];
  const day = days <= 0 ? 'day-today' : days === 1 ? 'day-yesterday' : `day-${then.weekday}`;
  return [day, ...numberPrompts(then.hour), ...minutePrompts(then.minute)];
}

function minutePrompts(minute: number): string[] {
  if (minute === 0) return ['minutes-00'];
  return minute < 10 ? ['minutes-0', `number-${minute}`] : numberPrompts(minute);
}

/** 0 to 59. */
function numberPrompts(value: number): string[] {
  if (value < 20) return [`number-${value}`];
  const ones = value % 10;
  return [`number-${value - ones}`, ...(ones === 0 ? [] : [`number-${ones}`])];
}

/** A moment as the clock on the wall shows it; `midnight` of its day, as if that were UTC, tells days apart. */
function wallClock(at: Date, timeZone: string | undefined) {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((one) => one.type === type)?.value ?? 0);
  const midnight = Date.UTC(part('year'), part('month') - 1, part('day'));
  return { midnight, weekday: new Date(midnight).getUTCDay(), hour: part('hour'), minute: part('minute') };
}
