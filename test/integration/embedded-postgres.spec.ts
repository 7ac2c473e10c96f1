import { jest } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres.js';
import { until } from '../support/until.js';

jest.setTimeout(60_000);

/** One value, asked of the server. */
async function ask<T>(url: string, sql: string): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return Object.values(((await client.query(sql)).rows[0] ?? {}) as object)[0] as T;
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  let dataDir: string;
  const started: EmbeddedPostgres[] = [];
  const start = async () => {
    const server = await startPostgres(dataDir);
    started.push(server);
    return server;
  };
  const pid = () =>
    Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'linekeeper-pg-')); // mode 0700: other users cannot get in
  });
  afterEach(async () => {
    for (const server of started.splice(0)) await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('keeps its data, port and password from start to start, in a folder that only its owner can enter', async () => {
    const first = await start();
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    expect(
      await ask(first.url, `SELECT current_setting('server_encoding') || current_setting('fsync')`),
    ).toBe('UTF8on');
    await first.stop();
    const began = performance.now();
    const second = await start();
    expect(performance.now() - began).toBeLessThan(2000);
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'SELECT answer FROM kept')).toBe(42);
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);
    await second.stop();
  });

  it('is used again when a killed control plane left it running', async () => {
    const left = await start();
    const before = pid();
    const again = await start();
    expect(again.url).toBe(left.url);
    expect(pid()).toBe(before);
    const stopped = left.stop(); // the forgotten one must not start it again
    await again.stop();
    await stopped;
  });

  it('is started again, on its port, when it is killed', async () => {
    const server = await start();
    const before = pid();
    process.kill(before, 'SIGKILL');
    await until(
      'another server answers',
      async () => (await ask(server.url, 'SELECT 1')) === 1 && pid() !== before,
      30_000,
    );
    await server.stop();
  });

  it('says in one line what is wrong with its folder', async () => {
    mkdirSync(join(dataDir, 'postgres'), { mode: 0o700 });
    writeFileSync(join(dataDir, 'postgres', 'something'), '');
    await expect(startPostgres(dataDir)).rejects.toThrow(/^[^\n]*(is no database|belongs to user)[^\n]*$/);
  });

  it('says in one line that its data is damaged', async () => {
    const server = await start();
    await server.stop();
    writeFileSync(join(dataDir, 'postgres', 'global', 'pg_control'), 'damaged');
    await expect(startPostgres(dataDir)).rejects.toThrow(/^PostgreSQL does not start: [^\n]+$/);
  });

  it('says in one line that its password is lost', async () => {
    const server = await start();
    await server.stop();
    chmodSync(join(dataDir, 'postgres.json'), 0o600);
    writeFileSync(join(dataDir, 'postgres.json'), '{');
    await expect(startPostgres(dataDir)).rejects.toThrow(
      /^[^\n]*postgres\.json is missing or damaged[^\n]*$/,
    );
  });
});
