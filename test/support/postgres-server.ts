import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../src/embedded/postgres.js';
import { descendantsOf } from './processes.js';

/** A PostgreSQL of a test's own, to be hurt. */
export interface TestServer {
  /** Of the owner of its one database. */
  url: string;
  /** No process of it does anything any more: it accepts, and never answers. */
  freeze(): void;
  thaw(): void;
  /** kill -9 of the server; its keeper starts it again. */
  kill9(): void;
  stop(): Promise<void>;
}

export async function startTestServer(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-server-'));
  const server = await startPostgres(folder);
  const pid = () =>
    Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  let frozen: number[] = [];
  const thaw = () => {
    for (const one of frozen.splice(0)) {
      try {
        process.kill(one, 'SIGCONT');
      } catch {
        // it was killed meanwhile
      }
    }
  };
  return {
    url: server.url,
    freeze: () => {
      // The server first, so that it makes no new ones.
      process.kill(pid(), 'SIGSTOP');
      frozen = [pid(), ...descendantsOf(pid())];
      for (const one of frozen) process.kill(one, 'SIGSTOP');
    },
    thaw,
    kill9: () => process.kill(pid(), 'SIGKILL'),
    stop: async () => {
      thaw();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
