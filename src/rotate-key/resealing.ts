import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import { keyIdOf, type Sealer } from '../common/sealer.js';
import type { Database } from '../database/database.js';
import { DIALOG_CONTEXT } from '../calls/sealed-dialogs.js';
import { SEALED_COLUMNS, type SealedColumn } from './sealed-columns.js';

/** Rows of one transaction: a call that wants one of them waits for so many at most. */
const BATCH = 200;

export interface Resealed {
  /** Values that were sealed anew. */
  sealed: number;
  /** Values that no known key opens; they are left as they are. */
  unreadable: number;
}

/** The column of a client's hash by this key (1700000000012-data-keys.ts). */
const hashColumn = (keyId: number): string => (keyId % 2 === 1 ? 'number_hash' : 'number_hash_even');

/**
 * Seals with one key what another sealed, row by row, and has clients found by that key too. Safe to repeat.
 * @param drop a key by which nobody looks clients up any more
 */
export async function resealAll(
  database: Database,
  sealer: Sealer,
  { keyId, drop }: { keyId: number; drop?: number },
): Promise<Resealed> {
  const done: Resealed = { sealed: 0, unreadable: 0 };
  for (const column of SEALED_COLUMNS) {
    for (let last: string | undefined = NO_ID; last !== undefined;) {
      const after: string = last;
      last = await database.transaction('*', (tx) =>
        resealBatch(tx, sealer, { ...column, keyId, after }, done),
      );
    }
  }
  await resealOpenCalls(database, sealer, keyId);
  if (drop !== undefined) await dropHashes(database, keyId, drop);
  return done;
}

// RFC 9562 §5.9: the nil UUID comes before all others.
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** @returns the id to go on after; undefined where it was the last batch */
async function resealBatch(
  tx: EntityManager,
  sealer: Sealer,
  { table, column, context, isLookedUp, keyId, after }: SealedColumn & { keyId: number; after: string },
  done: Resealed,
): Promise<string | undefined> {
  const hash = isLookedUp ? hashColumn(keyId) : undefined;
  const rows = await tx.query<{ id: string; sealed: Buffer }[]>(
    `SELECT id, ${column} AS sealed FROM ${table}
     WHERE id > $1 AND length(${column}) > 0
       AND (get_byte(${column}, 0) <> $2 ${hash ? `OR ${hash} IS NULL` : ''})
     ORDER BY id LIMIT ${BATCH} FOR UPDATE`,
    [after, keyId],
  );
  const ids: string[] = [];
  const sealed: Buffer[] = [];
  const hashes: (Buffer | null)[] = [];
  for (const row of rows) {
    const text = openedOrNot(sealer, row.sealed, context(row.id));
    if (text === undefined) {
      done.unreadable += 1;
      continue;
    }
    ids.push(row.id);
    sealed.push(keyIdOf(row.sealed) === keyId ? row.sealed : sealer.seal(text, context(row.id), keyId));
    hashes.push(sealer.lookupHashes(text).find((one) => one.keyId === keyId)?.hash ?? null);
  }
  await tx.query(
    `UPDATE ${table} t SET ${column} = v.sealed ${hash ? `, ${hash} = v.hash` : ''}
     FROM (SELECT unnest($1::uuid[]) AS id, unnest($2::bytea[]) AS sealed, unnest($3::bytea[]) AS hash) v
     WHERE t.id = v.id`,
    [ids, sealed, hashes],
  );
  done.sealed += ids.length;
  return rows.length < BATCH ? undefined : rows.at(-1)?.id;
}

/** Calls that go on name their clients' dialogs, sealed, within what is stored with them (calls/sealed-dialogs.ts). */
async function resealOpenCalls(database: Database, sealer: Sealer, keyId: number): Promise<void> {
  await database.transaction('*', async (tx) => {
    for (const path of ['{clientDialogId}', '{caller,dialog}']) {
      const rows = await tx.query<{ id: string; sealed: string }[]>(
        'SELECT id, live #>> $1 AS sealed FROM call WHERE ended_at IS NULL AND live #>> $1 IS NOT NULL FOR UPDATE',
        [path],
      );
      for (const { id, sealed } of rows) {
        const dialog = openedOrNot(sealer, Buffer.from(sealed, 'base64'), DIALOG_CONTEXT);
        if (dialog === undefined) continue;
        const anew = sealer.seal(dialog, DIALOG_CONTEXT, keyId).toString('base64');
        await tx.query('UPDATE call SET live = jsonb_set(live, $2, to_jsonb($3::text)) WHERE id = $1', [
          id,
          path,
          anew,
        ]);
      }
    }
  });
}

function openedOrNot(sealer: Sealer, sealed: Buffer, context: string): string | undefined {
  try {
    return sealer.open(sealed, context);
  } catch (error) {
    if (error instanceof AppError && error.code === 'sealed-with-another-key') return undefined;
    throw error;
  }
}

/** A client without a hash by the new key keeps the old one: his number does not open, but he stays what he is. */
async function dropHashes(database: Database, keyId: number, drop: number): Promise<void> {
  for (let rows = BATCH; rows >= BATCH;) {
    rows = await database.transaction('*', async (tx) => {
      const dropped = await tx.query<[unknown[], number]>(
        `UPDATE client SET ${hashColumn(drop)} = NULL WHERE id IN (
           SELECT id FROM client WHERE ${hashColumn(drop)} IS NOT NULL AND ${hashColumn(keyId)} IS NOT NULL
           ORDER BY id LIMIT ${BATCH} FOR UPDATE)`,
      );
      return dropped[1];
    });
  }
}
