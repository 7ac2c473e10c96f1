import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import type { DataKeyFile } from '../common/data-key-file.js';
import { newId } from '../common/ids.js';
import { fingerprintOf, KEY_BYTES, type KeyRole } from '../common/sealer.js';
import { LOCKS } from '../database/advisory-locks.js';
import { handOverContext, type DataKeys } from '../database/data-keys.js';
import type { Database } from '../database/database.js';
import type { Notifications } from '../database/notifications.js';
import { LedgerTable } from '../ledger/ledger-table.js';
import type { LedgerWrite } from '../ledger/ledger-write.js';
import { resealAll, type Resealed } from './resealing.js';

/** A control plane that has not beaten for so long does not run. */
const SILENCE_S = 20;
const ASK_MS = 100;
/** How often a control plane that may have missed it is told again. */
const TELL_MS = 2_000;
/** The highest id of a key; the next one is 1 again. Even, so that odd and even ones take turns. */
const HIGHEST_ID = 254;

export interface RotationParts {
  database: Database;
  /** A connection of the owner: it sees the other connections' transactions, and holds the lock. */
  owner: pg.Client;
  keys: DataKeys;
  file: DataKeyFile;
  notifications: Notifications;
  /** Told of each step as it is done. What it throws stops the rotation there; the next run goes on. */
  say: (line: string) => void;
  /** Milliseconds to wait for control planes and transactions. */
  patienceMs?: number;
}

export interface Rotated extends Resealed {
  from: number;
  to: number;
}

/**
 * Replaces the data key while calls go on; a rotation that was cut short is taken up where it stood.
 *
 * 1. The new key comes: from now on a new client is found by both keys, at whatever control plane (client-directory.ts).
 * 2. Once all know it, everything is sealed with it, and every client gets his hash by it.
 * 3. It seals; the old key goes. Once all seal with it, what came in between is sealed anew and the old hashes go.
 * 4. The old key ends: the database takes nothing more that it sealed, and what came till then is sealed anew.
 * 5. It is gone: no control plane needs it, and each forgets it.
 *
 * @throws AppError rotation-under-way, control-plane-behind, transaction-open
 */
export async function rotate(parts: RotationParts): Promise<Rotated> {
  const { database, owner, keys, say } = parts;
  const { rows } = await owner.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [
    LOCKS['key rotation'],
  ]);
  if (!rows[0]?.got)
    throw new AppError('rotation-under-way', 'another rotation of the data key is under way: let it end');
  try {
    const isLastHalf = (await keyIn(database, 'going', 'ending')) !== undefined;
    if (!isLastHalf) await bringKey(parts);
    const done: Resealed = { sealed: 0, unreadable: 0 };
    const reseal = async (options: { keyId: number; drop?: number }) => {
      const { sealed, unreadable } = await resealAll(database, keys.sealer, options);
      done.sealed += sealed;
      done.unreadable = unreadable;
    };
    if (!isLastHalf) {
      const coming = (await keyIn(database, 'coming')) as number;
      await untilPlanes(parts, coming, 'knows_key');
      say(`key ${coming} is known to every control plane`);
      await reseal({ keyId: coming });
      say(`${done.sealed} values are sealed with key ${coming}`);
      await changeStates(parts, [
        ['sealing', 'going'],
        ['coming', 'sealing'],
      ]);
    }
    await keys.refresh();
    const from = (await keyIn(database, 'going', 'ending')) as number;
    const to = (await keyIn(database, 'sealing')) as number;
    await untilPlanes(parts, to, 'seals_with_key');
    say(`every control plane seals with key ${to}`);
    await reseal({ keyId: to, drop: from });
    await changeStates(parts, [['going', 'ending']]);
    await untilOlderTransactionsEnd(owner, parts.patienceMs);
    await reseal({ keyId: to, drop: from });
    await finish(parts, from, to);
    say(`key ${from} is gone`);
    return { ...done, from, to };
  } finally {
    await owner.query('SELECT pg_advisory_unlock($1)', [LOCKS['key rotation']]);
  }
}

/** Makes the new key, safe in the file before anybody hears of it; or takes up the one that has come already. */
async function bringKey({
  database,
  owner,
  keys,
  file,
  notifications,
  say,
  patienceMs,
}: RotationParts): Promise<void> {
  if ((await keyIn(database, 'coming')) === undefined) {
    const id = (keys.sealer.sealingId % HIGHEST_ID) + 1;
    const key = randomBytes(KEY_BYTES);
    file.add(key);
    const handedOver = keys.sealer.seal(key.toString('base64'), handOverContext(id));
    await database.transaction('*', async (tx) => {
      await tx.query(`DELETE FROM data_key WHERE id = $1 AND state = 'gone'`, [id]);
      await tx.query(
        `INSERT INTO data_key (id, fingerprint, state, handed_over) VALUES ($1, $2, 'coming', $3)`,
        [id, fingerprintOf(key), handedOver],
      );
      await notifications.tell(tx, 'data-keys', {});
    });
    say(`key ${id} is made and kept in ${file.path}`);
  }
  await keys.refresh();
  await untilOlderTransactionsEnd(owner, patienceMs);
}

async function keyIn(database: Database, ...states: KeyRole[]): Promise<number | undefined> {
  const [row] = await database.transaction('*', (tx) =>
    tx.query<{ id: number }[]>('SELECT id FROM data_key WHERE state = ANY($1)', [states]),
  );
  return row?.id;
}

async function changeStates(
  { database, notifications }: RotationParts,
  changes: [KeyRole, KeyRole][],
): Promise<void> {
  await database.transaction('*', async (tx) => {
    for (const [from, to] of changes)
      await tx.query('UPDATE data_key SET state = $2 WHERE state = $1', [from, to]);
    await notifications.tell(tx, 'data-keys', {});
  });
}

/** Waits until every control plane that runs has the key in this column of its row, and then for what it had begun. */
async function untilPlanes(
  { database, owner, notifications, patienceMs = 60_000 }: RotationParts,
  keyId: number,
  column: 'knows_key' | 'seals_with_key',
): Promise<void> {
  const deadline = clock.monotonic() + patienceMs;
  let told = clock.monotonic();
  for (;;) {
    const behind = await database.transaction('*', async (tx) => {
      if (clock.monotonic() - told > TELL_MS) {
        told = clock.monotonic();
        await notifications.tell(tx, 'data-keys', {});
      }
      return tx.query<{ id: string }[]>(
        `SELECT id FROM control_plane
         WHERE beat > now() - make_interval(secs => $2) AND ${column} IS DISTINCT FROM $1`,
        [keyId, SILENCE_S],
      );
    });
    if (behind.length === 0) break;
    if (clock.monotonic() > deadline) {
      throw new AppError(
        'control-plane-behind',
        `control plane ${behind.map(({ id }) => id).join(', ')} does not use key ${keyId}: its log says why; mend that, then run this again`,
      );
    }
    await pause(ASK_MS);
  }
  await untilOlderTransactionsEnd(owner, patienceMs);
}

/** What began before the last change of the keys' states knows nothing of it. */
async function untilOlderTransactionsEnd(owner: pg.Client, patienceMs = 60_000): Promise<void> {
  const open = `SELECT l.virtualtransaction AS xid, a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'virtualxid' AND a.datname = current_database() AND a.pid <> pg_backend_pid()
      AND a.application_name LIKE 'linekeeper%'`;
  const deadline = clock.monotonic() + patienceMs;
  const older = (await owner.query<{ xid: string }>(open)).rows.map(({ xid }) => xid);
  for (;;) {
    const { rows } = await owner.query<{ pid: number }>(`${open} AND l.virtualtransaction = ANY($1)`, [
      older,
    ]);
    if (rows.length === 0) return;
    if (clock.monotonic() > deadline) {
      throw new AppError(
        'transaction-open',
        `a transaction stays open in PostgreSQL (process ${rows[0]?.pid}): end it, then run this again`,
      );
    }
    await pause(ASK_MS);
  }
}

/** The old key goes out of use, and every company's ledger says so. */
async function finish({ database, notifications }: RotationParts, from: number, to: number): Promise<void> {
  const table = new LedgerTable();
  await database.transaction('*', async (tx) => {
    await tx.query(`UPDATE data_key SET state = 'gone', gone_at = now() WHERE id = $1`, [from]);
    await tx.query('UPDATE data_key SET handed_over = NULL');
    const companies = await tx.query<{ id: string }[]>('SELECT id FROM company ORDER BY id');
    for (const { id } of companies) {
      const write: LedgerWrite = {
        id: newId(),
        companyId: id,
        kind: 'data-key.rotated',
        at: clock.iso(),
        actor: 'system',
        data: { keyId: to, replacedKeyId: from },
      };
      await table.append(tx, id, [{ write, payload: write.data }]);
    }
    await notifications.tell(tx, 'data-keys', {});
  });
}
