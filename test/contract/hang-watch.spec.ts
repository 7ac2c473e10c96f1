import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const children: ChildProcess[] = [];

/** A process that is watched, says so, and does this. */
function watched(doing: string) {
  const script = `import { endIfHanging } from './dist/common/hang-watch.js';
    endIfHanging(50, 6);
    process.stdout.write('ready\\n');
    ${doing}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('../..', import.meta.url),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

describe('a process whose event loop stands still', () => {
  afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

  it('is ended by SIGKILL and says why', async () => {
    const child = watched('setTimeout(() => { for (;;); }, 10);');
    const said: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    const [, signal] = await once(child, 'close');
    expect(signal).toBe('SIGKILL');
    expect(Buffer.concat(said).toString()).toContain('nothing has moved here for 0.3 s');
  });

  it('lives on where it was stopped as a whole', async () => {
    const child = watched(`process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000);`);
    await once(child.stdout, 'data');
    child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // thrice what it may miss
    child.kill('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 500)); // as long as the watch needs to see it, and more
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([7, null]);
  });
});
