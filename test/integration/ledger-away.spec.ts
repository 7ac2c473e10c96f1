import { jest } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Database } from '../../src/database/database.js';
import type { LedgerWrite, Written } from '../../src/ledger/ledger-write.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { ledgerOn, newCompany, write } from '../support/ledger.js';
import { startTestServer, type TestServer } from '../support/postgres-server.js';
import { until } from '../support/until.js';

jest.setTimeout(60_000);

const PATIENCE_MS = 300;
describe('while PostgreSQL is away', () => {
  let server: TestServer;
  let owner: pg.Pool;
  let database: Database;
  let folder: string;
  let ledger: Ledger;
  let companyId: string;

  const query = async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    (await owner.query<T>(text, values)).rows;
  const idsInLedger = async () =>
    (
      await query<{ id: string }>(
        'SELECT entry_id AS id FROM ledger_entry WHERE company_id = $1 ORDER BY seq',
        [companyId],
      )
    ).map(({ id }) => id);
  const writes = (count: number): LedgerWrite[] =>
    Array.from({ length: count }, (_, n) => write(companyId, { data: { n } }));
  const drained = () => until('the spool is empty', () => ledger.spoolDepth === 0, 30_000);

  beforeAll(async () => {
    server = await startTestServer();
    owner = new pg.Pool({ connectionString: server.url, max: 2 });
    owner.on('error', () => undefined);
    owner.on('connect', (client) => client.on('error', () => undefined));
    database = await Database.open(server.url);
  });
  afterAll(async () => {
    server.thaw();
    await database.close();
    await owner.end();
    await server.stop();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linekeeper-away-'));
    companyId = await newCompany({ query });
    ledger = await ledgerOn(database, folder, PATIENCE_MS);
    ledger.onApplicationBootstrap();
  });
  afterEach(async () => {
    server.thaw();
    await ledger.onApplicationShutdown();
    rmSync(folder, { recursive: true, force: true });
  });

  it('and hangs, writes go to the spool within the patience, then at once, and are replayed in order, once', async () => {
    const [before, first, ...rest] = writes(40) as [LedgerWrite, LedgerWrite, ...LedgerWrite[]];
    const published: string[] = [];
    ledger.events.on('written', ({ write: one }: Written) => void published.push(one.id));
    expect((await ledger.write(before)).where).toBe('database');
    server.freeze();
    let began = performance.now();
    expect(await ledger.write(first)).toEqual({ where: 'spool', result: {} });
    expect(performance.now() - began).toBeLessThan(PATIENCE_MS + 300);
    began = performance.now();
    for (const one of rest) expect((await ledger.write(one)).where).toBe('spool');
    expect(performance.now() - began).toBeLessThan(1500);
    expect(ledger.spoolDepth).toBe(39);
    server.thaw();
    await drained();
    const expected = [before, first, ...rest].map(({ id }) => id);
    expect(await idsInLedger()).toEqual(expected);
    expect(published).toEqual(expected);
    expect((await ledger.write(write(companyId))).where).toBe('database');
  });

  it('killed and started again under writers, nothing is lost, nothing is twice, each writer is in order', async () => {
    const written: string[][] = [];
    const writer = async (n: number) => {
      const mine: string[] = (written[n] = []);
      for (let round = 0; round < 60; round += 1) {
        const one = write(companyId, { data: { n, round } });
        await ledger.write(one);
        mine.push(one.id);
        if (n === 0 && round === 20) {
          server.kill9();
        }
        if (round === 40) await until('the server is back', () => database.isUp(), 30_000);
      }
    };
    await Promise.all([0, 1, 2, 3, 4].map(writer));
    await drained();
    const ids = await idsInLedger();
    expect(new Set(ids).size).toBe(300);
    expect(ids).toHaveLength(300);
    for (const mine of written) expect(ids.filter((id) => mine.includes(id))).toEqual(mine);
    const [{ max }] = (await query('SELECT max(seq)::int FROM ledger_entry WHERE company_id = $1', [
      companyId,
    ])) as [{ max: number }];
    expect(max).toBe(299);
  });

  it('a write given up for the spool whose COMMIT passed after all is there once, its projection too', async () => {
    await query('CREATE TABLE IF NOT EXISTS applied (id uuid PRIMARY KEY)');
    await query('GRANT INSERT ON applied TO linekeeper_app');
    await query(`CREATE OR REPLACE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
                   $$ BEGIN PERFORM pg_sleep(0.7); RETURN NULL; END $$`);
    await query(`CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON applied DEFERRABLE INITIALLY DEFERRED
                   FOR EACH ROW EXECUTE FUNCTION dawdle()`);
    ledger.project('call.received', async (tx, { id }) => {
      await tx.query('INSERT INTO applied VALUES ($1)', [id]);
    });
    const one = write(companyId, { kind: 'call.received' });
    expect((await ledger.write(one)).where).toBe('spool');
    await drained();
    expect(await idsInLedger()).toEqual([one.id]);
    expect(await query('SELECT id FROM applied')).toEqual([{ id: one.id }]);
    expect(() => readFileSync(join(folder, 'spool', 'rejected.jsonl'))).toThrow(/ENOENT/);
    await query('DROP TABLE applied');
  });

  it('a write that the database refuses is set aside and holds up nobody', async () => {
    const [first, second] = writes(2) as [LedgerWrite, LedgerWrite];
    const poisoned = write('0190a000-0000-7000-8000-00000000dead'); // a company that is not there
    server.freeze();
    for (const one of [first, poisoned, second]) expect((await ledger.write(one)).where).toBe('spool');
    server.thaw();
    await drained();
    expect(await idsInLedger()).toEqual([first.id, second.id]);
    const rejected = readFileSync(join(folder, 'spool', 'rejected.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(rejected.map((line) => (JSON.parse(line) as { write: LedgerWrite }).write.id)).toEqual([
      poisoned.id,
    ]);
    await expect(ledger.write({ ...poisoned, id: first.id })).rejects.toThrow(/foreign key/);
  });

  it('what waits in the spool at a start is replayed before what is written then', async () => {
    server.freeze();
    const left = writes(5);
    for (const one of left) await ledger.write(one);
    await ledger.onApplicationShutdown();
    server.thaw();
    ledger = await ledgerOn(database, folder, PATIENCE_MS);
    const late = write(companyId);
    expect((await ledger.write(late)).where).toBe('spool');
    ledger.onApplicationBootstrap();
    await ledger.drained();
    expect(await idsInLedger()).toEqual([...left, late].map(({ id }) => id));
  });

  it('and slow for one company, the write waits no longer than the patience', async () => {
    await ledger.write(write(companyId));
    const blocker = await owner.connect();
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM ledger_head WHERE company_id = $1 FOR UPDATE', [companyId]);
    const began = performance.now();
    expect((await ledger.write(write(companyId))).where).toBe('spool');
    expect(performance.now() - began).toBeLessThan(PATIENCE_MS + 300);
    await blocker.query('COMMIT');
    blocker.release();
    await drained();
    expect(await idsInLedger()).toHaveLength(2);
  });
});
