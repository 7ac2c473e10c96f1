import { jest } from '@jest/globals';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { newId } from '../../src/common/ids.js';
import { Notifications } from '../../src/database/notifications.js';
import type { StandingConnection } from '../../src/database/standing-connection.js';
import { secretContext } from '../../src/provisioning/secret-context.js';
import { rotate, type Rotated } from '../../src/rotate-key/rotation.js';
import { SEALED_COLUMNS } from '../../src/rotate-key/sealed-columns.js';
import { KeyPlane } from '../support/key-plane.js';
import { openLedger, type TestLedger } from '../support/ledger.js';

jest.setTimeout(120_000);

/** Tells only in transactions: it needs no connection of its own. */
const notifications = () =>
  new Notifications({ events: { on: () => () => undefined } } as unknown as StandingConnection);

describe('the data key', () => {
  let folder: string;
  let ledger: TestLedger;
  let command: KeyPlane;
  let planes: [KeyPlane, KeyPlane];
  let companyId: string;
  let companyNumberId: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linekeeper-rotate-'));
    ledger = await openLedger(folder);
    command = await KeyPlane.open(ledger);
    const [key] = command.file.read();
    planes = [await KeyPlane.open(ledger, key), await KeyPlane.open(ledger, key)];
    await newCompanyWithNumber();
  });
  afterEach(async () => {
    for (const plane of [...planes, command]) await plane.close();
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const newCompanyWithNumber = async () => {
    companyId = await ledger.company();
    companyNumberId = newId();
    const digits = String(Math.trunc(performance.now() * 1000) % 10_000_000).padStart(7, '0');
    await ledger.sql.query(
      `INSERT INTO company_number (id, company_id, number, name) VALUES ($1, $2, $3, 'x')`,
      [companyNumberId, companyId, `+7495${digits}`],
    );
  };
  const call = (plane: KeyPlane, n: number) => plane.call(companyId, companyNumberId, n);

  /** `npm run rotate-key`, cut short after so many steps where it is said. */
  const rotation = async (steps = Number.POSITIVE_INFINITY): Promise<Rotated | 'cut short'> => {
    const owner = new pg.Client({
      connectionString: ledger.sql.url,
      application_name: 'linekeeper rotation',
    });
    await owner.connect();
    let said = 0;
    try {
      return await rotate({
        database: ledger.database,
        owner,
        keys: command.keys,
        file: command.file,
        notifications: notifications(),
        patienceMs: 20_000,
        say: () => {
          said += 1;
          if (said > steps) throw new Error('cut short');
        },
      });
    } catch (error) {
      if ((error as Error).message === 'cut short') return 'cut short';
      throw error;
    } finally {
      await owner.end();
    }
  };

  const clients = () =>
    ledger.sql.query<{ id: string; odd: Buffer | null; even: Buffer | null; sealed: Buffer }>(
      `SELECT id, number_hash AS odd, number_hash_even AS even, number_sealed AS sealed FROM client
       WHERE company_id = $1`,
      [companyId],
    );

  /** Nothing is left of any key but this one, and every client is found by it. */
  const expectOnly = async (keyId: number) => {
    for (const { odd, even, sealed } of await clients()) {
      expect([sealed[0], odd === null, even === null]).toEqual([keyId, keyId % 2 === 0, keyId % 2 === 1]);
    }
    expect(await ledger.sql.query(`SELECT id, state FROM data_key WHERE state <> 'gone'`)).toEqual([
      { id: keyId, state: 'sealing' },
    ]);
  };

  it('is rotated in every column that holds sealed values', async () => {
    const columns = await ledger.sql.query(
      `SELECT table_name AS "table", column_name AS column FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name LIKE '%sealed%' ORDER BY 1, 2`,
    );
    expect(SEALED_COLUMNS.map(({ table, column }) => ({ table, column }))).toEqual(columns);
    // And each of them takes nothing that was sealed with a key that is out of use.
    const guarded = await ledger.sql.query(
      `SELECT event_object_table AS "table", event_object_column AS column FROM information_schema.triggered_update_columns
       WHERE trigger_name LIKE '%by_old_key' ORDER BY 1, 2`,
    );
    expect(guarded).toEqual(columns);
  });

  it('is rotated while calls go on, whoever hears of it when: no client is lost, none becomes two', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          lags: fc.tuple(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 120 })),
          before: fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 15 }),
          cutAfter: fc.option(fc.integer({ min: 0, max: 3 }), { nil: Number.POSITIVE_INFINITY }),
        }),
        async ({ lags, before, cutAfter }) => {
          await newCompanyWithNumber();
          const known = new Map<number, string>();
          for (const n of before) known.set(n, (await call(planes[0], n)).id);
          planes[0].beat(lags[0]);
          planes[1].beat(lags[1]);
          let isOver = false;
          let at = 0;
          // Both planes take the same clients' calls at the same moment, new ones and known ones.
          const callers = (async () => {
            while (!isOver) {
              const n = (at += 7) % 41;
              const [a, b] = await Promise.all([call(planes[0], n), call(planes[1], n)]);
              expect([a.id, b.id]).toEqual(Array(2).fill(known.get(n) ?? a.id));
              known.set(n, a.id);
            }
          })();
          const outcome = await Promise.race([rotation(cutAfter), callers.then(() => undefined)]);
          const whole = outcome === 'cut short' ? await rotation() : outcome;
          isOver = true;
          await callers;
          expect(await clients()).toHaveLength(known.size);
          await expectOnly((whole as Rotated).to);
          for (const [n, id] of known) {
            expect(await call(planes[n % 2] as KeyPlane, n)).toMatchObject({ id, isNew: false });
            const number = await ledger.database.transaction(companyId, (tx) =>
              planes[1].vault.openForDialling(tx, id),
            );
            expect(number.reveal()).toBe(`+7916${String(n).padStart(7, '0')}`);
          }
          for (const plane of planes) await plane.vanish();
        },
      ),
      { numRuns: 5 },
    );
  });

  it('gone, is in no file and no memory any more, and the ledger says that it was replaced', async () => {
    for (const plane of planes) plane.beat(5);
    const [old] = command.file.read() as [Buffer];
    expect(await rotation()).toMatchObject({ from: 1, to: 2 });
    for (const plane of [...planes, command]) {
      await plane.keys.refresh();
      plane.keys.forgetGone();
      expect(plane.keys.sealer.keys.map(({ id }) => id)).toEqual([2]);
    }
    const kept = command.file.read();
    expect(kept).toHaveLength(1);
    expect(kept[0]?.equals(old)).toBe(false);
    // It was handed over to the others through the database, which has nothing of it any more.
    expect(planes[0].file.read()).toEqual([old, kept[0]]);
    expect(await ledger.sql.query('SELECT count(handed_over)::int FROM data_key')).toEqual([{ count: 0 }]);
    const entries = await ledger.sql.query(
      'SELECT kind, actor, payload FROM ledger_entry WHERE company_id = $1',
      [companyId],
    );
    expect(entries).toEqual([
      { kind: 'data-key.rotated', actor: 'system', payload: { keyId: 2, replacedKeyId: 1 } },
    ]);
  });

  it('is replaced in phones’ and carriers’ passwords too, and what nobody can open is left and told', async () => {
    const { sealer } = command.keys;
    const [extension, trunk, lost] = [newId(), newId(), newId()];
    await ledger.sql.query(
      `INSERT INTO extension (id, company_id, number, name, sip_password_sealed) VALUES ($1, $2, '101', 'x', $3)`,
      [extension, companyId, sealer.seal('phone', secretContext.extension(extension))],
    );
    await ledger.sql.query(
      `INSERT INTO trunk (id, company_id, name, kind, host, password_sealed) VALUES ($1, $2, 'x', 'address', 'h', $3)`,
      [trunk, companyId, sealer.seal('carrier', secretContext.trunk(trunk))],
    );
    await ledger.sql.query(
      `INSERT INTO client (id, company_id, code, number_hash, number_sealed) VALUES ($1, $2, '10000', 'h', $3)`,
      [lost, companyId, Buffer.from([9, 1, 2, 3])],
    );
    expect(await rotation()).toMatchObject({ sealed: 2, unreadable: 1 });
    const [row] = await ledger.sql.query<{ phone: Buffer; carrier: Buffer; lost: Buffer }>(
      `SELECT (SELECT sip_password_sealed FROM extension) AS phone, (SELECT password_sealed FROM trunk) AS carrier,
         (SELECT number_sealed FROM client) AS lost`,
    );
    expect([row!.phone[0], row!.carrier[0]]).toEqual([2, 2]);
    expect(sealer.open(row!.phone, secretContext.extension(extension))).toBe('phone');
    expect(sealer.open(row!.carrier, secretContext.trunk(trunk))).toBe('carrier');
    expect(row!.lost).toEqual(Buffer.from([9, 1, 2, 3]));
  });

  it('out of use, is refused by the database itself', async () => {
    const extension = newId();
    const { sealer } = command.keys;
    const late = sealer.seal('phone', secretContext.extension(extension));
    await rotation();
    const insert = (sealed: Buffer) =>
      ledger.sql.query(
        `INSERT INTO extension (id, company_id, number, name, sip_password_sealed) VALUES ($1, $2, '101', 'x', $3)`,
        [extension, companyId, sealed],
      );
    await expect(insert(late)).rejects.toThrow(/sealed with data key 1, which is out of use/);
    await command.keys.refresh();
    await insert(sealer.seal('phone', secretContext.extension(extension)));
  });

  it('of before opens what waited in a spool, and finds the client it belongs to', async () => {
    const known = await call(planes[0], 5);
    const waiting = planes[0].vault.protect(
      await ledger.database.transaction(companyId, (tx) => planes[0].vault.openForDialling(tx, known.id)),
    );
    expect(waiting.sealed[0]).toBe(1);
    planes[0].beat(5);
    await rotation();
    expect((await planes[0].apply(companyId, { ...waiting, companyNumberId })).id).toBe(known.id);
    expect(await clients()).toHaveLength(1);
    await expectOnly(2);
  });

  it('that a control plane alone still seals with makes no second client', async () => {
    const known = await call(planes[0], 6);
    const [, away] = planes;
    // Cut between its halves: the new key seals, and this one has heard of nothing.
    expect(await rotation(3)).toBe('cut short');
    expect(away.keys.sealer.sealingId).toBe(1);
    expect(await call(away, 6)).toMatchObject({ id: known.id });
    expect((await call(away, 7)).isNew).toBe(true);
    expect(away.keys.sealer.sealingId).toBe(2); // it had to learn the new one for that
    await rotation();
    await expectOnly(2);
  });

  it('that nobody but a control plane of before has is refused there, and nothing is written with it', async () => {
    const known = await call(planes[0], 8);
    await rotation();
    await expect(call(planes[1], 8)).rejects.toMatchObject({ code: 'data-key' });
    await expect(KeyPlane.open(ledger, planes[1].file.read()[0])).rejects.toMatchObject({ code: 'data-key' });
    expect((await clients()).map(({ id }) => id)).toEqual([known.id]);
  });

  it('is not given up while a control plane does not know the next', async () => {
    await ledger.sql.query(
      `INSERT INTO control_plane (id, beat, knows_key, seals_with_key) VALUES ($1, now(), 1, 1)`,
      [newId()],
    );
    const rotating = rotation();
    const first = await Promise.race([rotating, call(command, 9).then(() => 'a call meanwhile')]);
    expect(first).toBe('a call meanwhile');
    await ledger.sql.query('UPDATE control_plane SET knows_key = 2, seals_with_key = 2');
    expect(await rotating).toMatchObject({ to: 2 });
    await expectOnly(2);
  });

  it('is rotated by one at a time', async () => {
    await ledger.sql.query(`INSERT INTO control_plane (id, beat, knows_key) VALUES ($1, now(), 1)`, [
      newId(),
    ]);
    const first = rotation();
    const rows = () => ledger.sql.query(`SELECT FROM data_key WHERE state = 'coming'`);
    while ((await rows()).length === 0);
    await expect(rotation()).rejects.toMatchObject({ code: 'rotation-under-way' });
    await ledger.sql.query('DELETE FROM control_plane');
    expect(await first).toMatchObject({ to: 2 });
  });
});
