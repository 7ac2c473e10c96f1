import { z } from 'zod';
import type { Page } from '../contracts/page.js';
import { InputError } from './problem.js';

/** What a list can be sorted by, and how that is written in a cursor: [sort key, id]. */
const POSITIONS = {
  text: z.tuple([z.string().max(254), z.uuid()]),
  time: z.tuple([z.iso.datetime(), z.uuid()]),
  count: z.tuple([z.string().regex(/^\d{1,18}$/), z.literal('')]),
};

/** The last row of a page: what the list is sorted by, and the row's id for rows alike in it. */
export type Position = readonly [string, string];

/** @throws InputError where the text is no cursor that such a list gives */
export function readCursor(
  cursor: string | undefined,
  sortedBy: keyof typeof POSITIONS,
): Position | undefined {
  if (cursor === undefined) return undefined;
  try {
    return POSITIONS[sortedBy].parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new InputError([{ field: 'cursor', message: 'is no cursor that a page of this list gave' }]);
  }
}

/**
 * Cuts a page out of rows of which one more was read than the page holds.
 * Positions are values, not offsets: rows added meanwhile move no page.
 */
export function pageFrom<Row, Item>(
  rows: Row[],
  limit: number,
  positionOf: (row: Row) => Position,
  itemOf: (row: Row) => Item,
): Page<Item> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(itemOf),
    nextCursor:
      rows.length > limit && last !== undefined
        ? Buffer.from(JSON.stringify(positionOf(last)), 'utf8').toString('base64url')
        : null,
  };
}

/** SQL for the exact time of a row: JavaScript's Date would lose PostgreSQL's microseconds. */
export const exactTime = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
