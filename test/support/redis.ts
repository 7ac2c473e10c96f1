import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './free-ports.js';
import { within } from './until.js';

export interface TestRedis {
  url: string;
  pid: number;
  stop(): Promise<void>;
  /** kill -9. */
  kill9(): Promise<void>;
}

/** A Redis of its own on a free port of 127.0.0.1, in memory only. */
export async function startRedis(port?: number): Promise<TestRedis> {
  const chosen = port ?? (await freePort());
  const child = spawn(
    'redis-server',
    ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const gone = once(child, 'exit');
  await within(
    10_000,
    'redis-server accepts connections',
    new Promise<void>((done, fail) => {
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('eady to accept connections')) done();
      });
      child.once('exit', () => fail(new Error(`redis-server ended: ${said}`)));
    }),
  );
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await gone;
  };
  return {
    url: `redis://127.0.0.1:${chosen}`,
    pid: child.pid as number,
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
  };
}
