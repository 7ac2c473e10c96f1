import type { Page, PageQuery } from '../contracts/page.js';
import { pageFrom, readCursor } from '../http/cursor.js';
import { NotFound } from '../http/problem.js';

interface Row {
  id: string;
  companyId: string;
}

/** One page of a company's rows of the snapshot, sorted by what `keyOf` gives and then by id. */
export function listed<R extends Row, Item>(
  rows: Iterable<R>,
  companyId: string,
  query: PageQuery,
  keyOf: (row: R) => string,
  itemOf: (row: R) => Item,
): Page<Item> {
  const after = readCursor(query.cursor, 'text');
  const sorted = [...rows]
    .filter((row) => row.companyId === companyId)
    .sort((a, b) => inOrder(keyOf(a), keyOf(b)) || inOrder(a.id, b.id))
    .filter((row) => !after || (inOrder(keyOf(row), after[0]) || inOrder(row.id, after[1])) > 0);
  return pageFrom(sorted, query.limit, (row) => [keyOf(row), row.id], itemOf);
}

const inOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** @throws NotFound for an id of nothing, and for another company's */
export function found<R extends Row>(row: R | undefined, companyId: string, what: string): R {
  if (!row || row.companyId !== companyId) throw new NotFound(what);
  return row;
}
