import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres.js';

export interface TestDatabase {
  /** Of the owner, for DATABASE_URL. */
  url: string;
  /** As the owner, past every wall. */
  query<T extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  /** Ends what is connected and takes the database away. */
  drop(): Promise<void>;
}

let server: Promise<EmbeddedPostgres> | undefined;

/** A fresh, empty database on the one server that this process's tests share. */
export async function testDatabase(): Promise<TestDatabase> {
  server ??= sharedServer();
  const { url: serverUrl } = await server;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await once(serverUrl, `CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  const pool = new pg.Pool({ connectionString: url, max: 2, allowExitOnIdle: true });
  pool.on('error', () => undefined);
  return {
    url,
    query: async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await pool.query<T>(text, values)).rows,
    drop: async () => {
      await pool.end();
      await once(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/**
 * Spec files of one jest worker run one after the other, each with its own modules: the server lives beside them, in
 * a folder named after the worker's process, and is found running by the next file. It ends with the worker.
 */
async function sharedServer(): Promise<EmbeddedPostgres> {
  const folder = join(tmpdir(), `linekeeper-test-postgres-${process.pid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const started = await startPostgres(folder);
  endWithThisProcess(folder);
  return started;
}

function endWithThisProcess(folder: string): void {
  const pid = readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0] as string;
  // Its standard input ends when this process does, however it ends.
  const script = 'cat > /dev/null; kill -QUIT "$1"; while kill -0 "$1"; do sleep 0.1; done; rm -rf "$2"';
  const keeper = spawn('sh', ['-c', script, 'sh', pid, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  keeper.unref();
  (keeper.stdin as unknown as { unref(): void }).unref();
}

async function once(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
