import { jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../../src/common/ids.js';
import { openLedger, write, type TestLedger } from '../support/ledger.js';

jest.setTimeout(60_000);

describe('the walls of the database', () => {
  let folder: string;
  let ledger: TestLedger;
  let companyId: string;
  let otherId: string;

  const asApp = (scope: string, statement: string, values: unknown[] = []) =>
    ledger.database.transaction(scope, (tx) => tx.query<Record<string, unknown>[]>(statement, values));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linekeeper-walls-'));
    ledger = await openLedger(folder);
    companyId = await ledger.company();
    otherId = await ledger.company();
    await ledger.ledger.write(write(companyId));
    await ledger.ledger.write(write(otherId));
  });
  afterAll(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('the ledger is only added to', () => {
    const statements = [
      `UPDATE ledger_entry SET actor = 'nobody'`,
      'DELETE FROM ledger_entry',
      'TRUNCATE ledger_entry',
      `UPDATE tree_head SET key_id = 'x'`,
      'DELETE FROM tree_head',
      'TRUNCATE tree_head',
    ];

    it.each(statements)('by privilege for the application: %s', async (statement) => {
      await expect(asApp('*', statement)).rejects.toThrow(/permission denied/);
    });

    it.each(statements.slice(0, 3))('by trigger for the owner: %s', async (statement) => {
      await expect(ledger.sql.query(statement)).rejects.toThrow(/is insert-only/);
    });

    it.each([
      'ALTER TABLE ledger_entry DISABLE TRIGGER ALL',
      'ALTER TABLE ledger_entry DISABLE ROW LEVEL SECURITY',
      'DROP TABLE ledger_entry',
      'CREATE TABLE other (id int)',
      `DELETE FROM ledger_head`,
      'DELETE FROM call',
      'DELETE FROM client',
    ])('the application may not: %s', async (statement) => {
      await expect(asApp('*', statement)).rejects.toThrow(/must be owner|permission denied/);
    });

    it('an entry is written once: its id is unique', async () => {
      const one = write(companyId);
      await ledger.ledger.write(one);
      await expect(ledger.ledger.write({ ...one, data: { changed: true } })).rejects.toThrow(/entry_id/);
    });
  });

  describe('one company does not see another', () => {
    it('sees its own entries alone', async () => {
      const seen = await asApp(companyId, 'SELECT DISTINCT company_id FROM ledger_entry');
      expect(seen).toEqual([{ company_id: companyId }]);
    });

    it('is read by the indexes: the planner knows that all of a company’s rows pass its wall', async () => {
      await ledger.sql.query(
        `INSERT INTO call (id, company_id, direction, caller_kind, started_at)
         SELECT gen_random_uuid(), $1, 'inbound', 'number', now() FROM generate_series(1, 2000)`,
        [companyId],
      );
      await ledger.sql.query('ANALYZE call');
      const [explained] = await asApp(
        companyId,
        'EXPLAIN (FORMAT JSON) SELECT FROM call WHERE company_id = $1',
        [companyId],
      );
      const [{ Plan: plan }] = explained!['QUERY PLAN'] as [{ Plan: { 'Plan Rows': number } }];
      expect(plan['Plan Rows']).toBeGreaterThan(1900);
    });

    it('does not find the other even by its id', async () => {
      expect(await asApp(companyId, 'SELECT FROM ledger_head WHERE company_id = $1', [otherId])).toEqual([]);
    });

    it('cannot write rows of the other', async () => {
      await expect(
        asApp(
          companyId,
          `INSERT INTO trunk (id, company_id, name, kind, host) VALUES ($1, $2, 'x', 'address', 'x')`,
          [newId(), otherId],
        ),
      ).rejects.toThrow(/row-level security/);
    });

    it('has every tenant table behind the wall', async () => {
      const open = await ledger.sql.query(
        `SELECT table_name FROM information_schema.columns JOIN pg_class ON relname = table_name
         WHERE column_name = 'company_id' AND table_schema = 'public' AND NOT relrowsecurity`,
      );
      expect(open).toEqual([]);
    });

    it('leaves no scope behind on a connection', async () => {
      await Promise.all(Array.from({ length: 20 }, () => asApp('*', 'SELECT')));
      await ledger.database.transaction(companyId, async (tx) => {
        await tx.query(`SELECT set_config('linekeeper.company_id', '', true)`);
        expect(await tx.query('SELECT FROM ledger_entry')).toEqual([]);
      });
    });

    it.each(['', '%', `x' OR '1'='1`])('takes no scope but a company id or *: %p', async (scope) => {
      await expect(asApp(scope, 'SELECT')).rejects.toThrow(TypeError);
    });
  });

  it('a client has one open follow-up at most', async () => {
    const clientId = newId();
    const callId = newId();
    await ledger.sql.query(
      `INSERT INTO client (id, company_id, code, number_hash, number_sealed) VALUES ($1, $2, '10000', 'h', 's')`,
      [clientId, companyId],
    );
    await ledger.sql.query(
      `INSERT INTO call (id, company_id, direction, caller_kind, started_at) VALUES ($1, $2, 'inbound', 'number', now())`,
      [callId, companyId],
    );
    const open = (closed: string | null) =>
      ledger.sql.query(
        `INSERT INTO follow_up (id, company_id, client_id, opened_at, first_call_id, last_call_id, closed_at)
         VALUES ($1, $2, $3, now(), $4, $4, $5)`,
        [newId(), companyId, clientId, callId, closed],
      );
    await open('2026-01-01');
    await open('2026-01-02');
    await open(null);
    await expect(open(null)).rejects.toThrow(/follow_up_one_open/);
  });

  it('slow pages do not take the connections that calls are written with', async () => {
    const slow = Array.from({ length: 12 }, () => asApp(companyId, 'SELECT pg_sleep(1.5)'));
    const began = performance.now();
    expect((await ledger.ledger.write(write(companyId))).where).toBe('database');
    expect(performance.now() - began).toBeLessThan(1000);
    await Promise.all(slow);
  });

  it('gives up a transaction after its time, though the server says nothing', async () => {
    const began = performance.now();
    const late = ledger.database.transaction('*', (tx) => tx.query('SELECT pg_sleep(5)'), { timeoutMs: 200 });
    await expect(late).rejects.toMatchObject({ code: 'database-slow' });
    expect(performance.now() - began).toBeLessThan(1500);
    expect(await ledger.database.isUp()).toBe(true);
  });

  it('a transaction within a transaction is undone by itself', async () => {
    const [kept, undone] = [newId(), newId()];
    const insert = `INSERT INTO trunk (id, company_id, name, kind, host) VALUES ($1::uuid, $2, $1::text, 'address', 'x')`;
    await ledger.database.transaction(companyId, async (tx) => {
      await tx.query(insert, [kept, companyId]);
      await tx
        .transaction(async (inner) => {
          await inner.query(insert, [undone, companyId]);
          throw new Error('undo');
        })
        .catch(() => undefined);
    });
    expect(await asApp(companyId, 'SELECT id FROM trunk WHERE id IN ($1, $2)', [kept, undone])).toEqual([
      { id: kept },
    ]);
  });
});
