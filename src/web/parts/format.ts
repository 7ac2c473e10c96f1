import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

const MINUTE = 60_000;
const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 24 * 60 * MINUTE],
  ['hour', 60 * MINUTE],
  ['minute', MINUTE],
];

export interface Format {
  /** 14:05, with the day where it is not today. */
  moment(iso: string): string;
  /** Day and time to the second. */
  exact(iso: string): string;
  day(iso: string): string;
  /** 2 hours ago, in 5 minutes. */
  relative(iso: string, now?: number): string;
  number(value: number): string;
  bytes(value: number): string;
}

/** Times and figures in the person's language and time zone. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  return useMemo(() => formatFor(i18n.language), [i18n.language]);
}

function formatFor(language: string): Format {
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const dated = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const exact = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    hourCycle: 'h23',
  });
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long' });
  const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const number = new Intl.NumberFormat(language);
  const bytes = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: 1,
  });
  return {
    moment: (iso) => (isToday(iso) ? clock : dated).format(new Date(iso)),
    exact: (iso) => exact.format(new Date(iso)),
    day: (iso) => day.format(new Date(iso)),
    relative: (iso, now = Date.now()) => {
      const distance = new Date(iso).getTime() - now;
      const [unit, size] = STEPS.find(([, step]) => Math.abs(distance) >= step) ?? ['minute', MINUTE];
      return ago.format(Math.round(distance / size), unit);
    },
    number: (value) => number.format(value),
    bytes: (value) => bytes.format(value / 1e6),
  };
}

const isToday = (iso: string) => new Date(iso).toDateString() === new Date().toDateString();

/** Milliseconds as 3:07, or 1:02:30. */
export function durationOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${hours > 0 ? two(Math.floor(seconds / 60) % 60) : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

export const between = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** An extension, or one of the company's numbers, as it stands in lists. */
export const nameAndNumber = ({ name, number }: { name: string; number: string }): string =>
  `${name} · ${number}`;
