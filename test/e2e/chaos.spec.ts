import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { env } from '../support/env.js';
import { describeWith } from '../support/requirements.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** `npm run chaos` with its arguments, on the engine that the tests run on. */
async function chaos(...args: string[]) {
  const child = spawn(process.execPath, ['test/chaos/run.mjs', ...args], {
    cwd: ROOT,
    env: {
      PATH: env.path,
      HOME: env.home,
      ENGINE: env.engine,
      DRACHTIO_BIN: env.external.drachtioBin ?? '',
      FREESWITCH_BIN: env.external.freeswitchBin ?? '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let progress = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (progress += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output, progress };
}

describeWith(['sipp'], 'chaos', () => {
  it('the same seed gives the same calls and faults, another one others', async () => {
    const plans = await Promise.all(
      ['7', '7', '8'].map(async (seed) => (await chaos('--plan', '--minutes', '5', '--seed', seed)).output),
    );
    expect(plans[0]).toContain('"victim"');
    expect(plans[1]).toBe(plans[0]);
    expect(plans[2]).not.toBe(plans[0]);
  }, 60_000);

  it('processes are killed, stopped and restarted under calls: every INVITE answered is in the ledger, nothing stays open', async () => {
    const { code, output, progress } = await chaos('--minutes', '0.6', '--seed', '11', '--rate', '1.5');
    expect(`${progress}\n${output}`).toMatch(/nothing lost, nothing left open/);
    expect(output).toMatch(/faults\s+[4-9]/);
    expect(output).toMatch(/SIPp's count\s+5[0-9] placed/);
    expect(output).toMatch(/ 0 missing/);
    expect(code).toBe(0);
  }, 300_000);
});
