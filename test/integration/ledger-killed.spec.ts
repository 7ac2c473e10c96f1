import { jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { Database } from '../../src/database/database.js';
import { ledgerOn, newCompany } from '../support/ledger.js';
import { startTestServer, type TestServer } from '../support/postgres-server.js';
import { until } from '../support/until.js';

jest.setTimeout(90_000);

const WRITER = resolve(import.meta.dirname, '../support/ledger-writer.mjs');

/** A process that writes into the ledger, and what it was promised. */
function startWriter(url: string, folder: string, companyId: string) {
  const child = spawn(process.execPath, [WRITER, url, folder, companyId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const promised: { writer: string; id: string; where: string }[] = [];
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [writer, id, where] = line.split(' ') as [string, string, string];
      promised.push({ writer, id, where });
    }
  });
  return {
    promised,
    kill9: async () => {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}

describe('kill -9 of the process that writes', () => {
  let server: TestServer;
  let owner: pg.Pool;
  let folder: string;
  let companyId: string;

  beforeAll(async () => {
    server = await startTestServer();
    const database = await Database.open(server.url);
    await database.close();
    owner = new pg.Pool({ connectionString: server.url, max: 2 });
    owner.on('error', () => undefined);
    await owner.query(
      'CREATE TABLE applied (id uuid PRIMARY KEY); GRANT INSERT ON applied TO linekeeper_app',
    );
    folder = mkdtempSync(join(tmpdir(), 'linekeeper-killed-'));
    companyId = await newCompany({
      query: async (text, values = []) => (await owner.query(text, values)).rows,
    });
  });
  afterAll(async () => {
    server.thaw();
    await owner.end();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('at any moment, with PostgreSQL there, away and coming back: nothing promised is lost, nothing is twice', async () => {
    const promised: { writer: string; id: string; where: string }[] = [];
    const moments = [
      // with the database; from the spool, which is replayed at the next start; in the middle of a replay
      { freezeAfter: undefined, thawAfter: undefined, killAfter: 150 },
      { freezeAfter: 100, thawAfter: undefined, killAfter: 400 },
      { freezeAfter: 50, thawAfter: 400, killAfter: 430 },
      { freezeAfter: undefined, thawAfter: undefined, killAfter: 60 },
    ];
    for (const { freezeAfter, thawAfter, killAfter } of moments) {
      const writer = startWriter(server.url, folder, companyId);
      const reached = (count: number) =>
        until(`${count} writes`, () => writer.promised.length >= count, 30_000, 1);
      if (freezeAfter !== undefined) {
        await reached(freezeAfter);
        server.freeze();
      }
      if (thawAfter !== undefined) {
        await reached(thawAfter);
        server.thaw();
      }
      await reached(killAfter);
      await writer.kill9();
      server.thaw();
      promised.push(...writer.promised);
    }
    expect(new Set(promised.map(({ where }) => where))).toEqual(new Set(['database', 'spool']));

    const database = await Database.open(server.url);
    const ledger = await ledgerOn(database, folder, 1000);
    ledger.project('call.received', async (tx, { id }) => {
      await tx.query('INSERT INTO applied VALUES ($1)', [id]);
    });
    ledger.onApplicationBootstrap();
    await ledger.drained();
    await ledger.onApplicationShutdown();
    await database.close();

    const { rows } = await owner.query<{ id: string; seq: number }>(
      'SELECT entry_id AS id, seq::int FROM ledger_entry WHERE company_id = $1 ORDER BY seq',
      [companyId],
    );
    const ids = rows.map(({ id }) => id);
    expect(rows.map(({ seq }) => seq)).toEqual(ids.map((_, seq) => seq));
    expect(new Set(ids).size).toBe(ids.length);
    const missing = promised.filter(({ id }) => !ids.includes(id));
    expect(missing).toEqual([]);
    // What was under way at a kill and never promised may be there too: one a writer and kill, at most.
    expect(ids.length - promised.length).toBeLessThanOrEqual(3 * moments.length);
    for (const writer of ['0', '1', '2']) {
      const mine = promised.filter((one) => one.writer === writer).map(({ id }) => id);
      const known = new Set(mine);
      expect(ids.filter((id) => known.has(id))).toEqual(mine);
    }
    const applied = await owner.query<{ id: string }>('SELECT id FROM applied');
    expect(applied.rows.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });
});
