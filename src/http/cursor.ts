import { z } from 'zod';
import type { Page } from '../contracts/page.js';
import { InputError } from './problem.js';

const position = z.tuple([z.string().max(100), z.string().max(100)]);
/** The last row of a page: what the list is sorted by, and the row's id for rows alike in it. */
export type Position = z.infer<typeof position>;

/** @throws InputError where the text is no cursor of ours */
export function readCursor(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
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
