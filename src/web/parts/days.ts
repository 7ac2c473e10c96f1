/** A day as forms and addresses write it, 2026-05-03, where the person is. */
export const localDate = (day: Date): string =>
  [day.getFullYear(), day.getMonth() + 1, day.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');

/** Midnight where the person is, of such a text or of today. */
export function startOfDay(text: string | null): Date {
  const [year, month, day] = (text ?? '').split('-').map(Number);
  const now = new Date();
  const chosen = year && month && day ? new Date(year, month - 1, day) : now;
  return new Date(chosen.getFullYear(), chosen.getMonth(), chosen.getDate());
}

/** Days are not always 24 hours long. */
export const shifted = (day: Date, days: number): Date =>
  new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);
