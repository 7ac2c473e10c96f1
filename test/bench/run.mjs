#!/usr/bin/env node
// `npm run bench [-- --quick] [--clone] [--json FILE]`: measures the product side by side in one run, prints a table,
// writes JSON. Figures of a shared machine are to be read as ratios.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { atKeyboard, build, demandNode, installPackages, root, say } from '../../src/set-up.mjs';
import { placeCalls, startPhone } from './load.mjs';
import { freePort, Product } from './product.mjs';
import { between, usage } from './procfs.mjs';
import { table } from './report.mjs';

const COMPANY_NUMBER = '+74950000100';
const PHONE_MEDIA = 34_000;
const CALLER_MEDIA = 36_000;

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, clone: { type: 'boolean' }, json: { type: 'string' } },
});

/** Settings that put the real servers in the embedded engine's place, where the environment names them. */
const engineSettings = () =>
  Object.fromEntries(
    ['DRACHTIO_URL', 'FREESWITCH_URL', 'SIP_PORT', 'RECORDINGS_DIR', 'PROMPTS_DIR']
      .filter((name) => process.env[name])
      .map((name) => [name, process.env[name]]),
  );

const load = async (product, more) =>
  placeCalls({
    sipPort: product.sipPort,
    to: COMPANY_NUMBER,
    port: await freePort(),
    mediaPort: CALLER_MEDIA,
    ...more,
  });

/** One load with the CPU and memory it took. */
async function measured(product, more) {
  const before = usage(product.pid);
  const begun = performance.now();
  const result = await load(product, more);
  const seconds = (performance.now() - begun) / 1000;
  return { ...result, processes: between(before, usage(product.pid), seconds) };
}

/** Rates upwards until calls fail. @returns a row for each rate */
async function ladder(product) {
  const rows = [];
  for (const rate of options.quick ? [5, 10] : [5, 10, 15, 20, 25, 30, 40]) {
    say(`${rate} calls/s`);
    const row = {
      rate,
      ...(await measured(product, { rate, calls: rate * (options.quick ? 8 : 15), holdMs: 10_000 })),
    };
    rows.push(row);
    if (row.failed > 0) break;
  }
  return rows;
}

async function crowd(product) {
  const calls = options.quick ? 40 : 200;
  say(`${calls} calls at once`);
  return measured(product, { rate: 10, calls, holdMs: (calls / 10) * 1000 + 15_000 });
}

/** From `git clone` to an answer on /health/ready, packages included. */
async function freshClone() {
  say('a fresh clone');
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-clone-'));
  const begun = performance.now();
  const run = (program, args, cwd) =>
    new Promise((done, fail) =>
      spawn(program, args, { cwd, stdio: 'ignore' }).once('close', (code) =>
        code === 0 ? done() : fail(new Error(`${program} ${code}`)),
      ),
    );
  await run('git', ['clone', '-q', root, 'linekeeper'], folder);
  const ports = {
    HTTP_PORT: String(await freePort()),
    SIP_PORT: String(await freePort()),
    SIP_WS_PORT: String(await freePort()),
  };
  const up = spawn('npm', ['run', 'up'], {
    cwd: join(folder, 'linekeeper'),
    env: { ...process.env, ...ports },
    stdio: 'ignore',
    detached: true,
  });
  try {
    const answers = () =>
      fetch(`http://127.0.0.1:${ports.HTTP_PORT}/health/ready`).then(
        (response) => response.ok,
        () => false,
      );
    while (!(await answers())) {
      if (performance.now() - begun > 600_000)
        throw new Error('a fresh clone was not ready within ten minutes');
      await new Promise((resume) => setTimeout(resume, 250));
    }
    return (performance.now() - begun) / 1000;
  } finally {
    const ended = new Promise((done) => up.once('close', done));
    process.kill(-up.pid, 'SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The ledger's part of the PDD: what the writes before the ringing took, from the product's own histogram. */
function ledgerWithinCalls(metrics) {
  const buckets = [...metrics.matchAll(/^linekeeper_ledger_write_seconds_bucket\{([^}]*)\} (\d+)/gm)]
    .filter(([, labels]) => labels.includes('kind="call.received"') && labels.includes('where="database"'))
    .map(([, labels, count]) => ({
      ms: Number(/le="([^"]+)"/.exec(labels)[1]) * 1000,
      count: Number(count),
    }));
  const total = buckets.at(-1)?.count ?? 0;
  const at = (share) => buckets.find(({ count }) => count >= total * share)?.ms;
  return { writes: total, p50UpToMs: at(0.5), p95UpToMs: at(0.95) };
}

await atKeyboard(async () => {
  demandNode();
  await installPackages();
  await build();
  const results = {
    at: new Date().toISOString(),
    cores: cpus().length,
    cpu: cpus()[0]?.model,
    node: process.version,
  };
  const product = await Product.make(engineSettings());
  let phone;
  try {
    say('first start, with an empty data folder');
    results.firstStartMs = await product.start();
    await product.stop();
    results.secondStartMs = await product.start();
    phone = await startPhone({ port: await freePort(), mediaPort: PHONE_MEDIA, sipPort: product.sipPort });
    say('warming up');
    await load(product, { rate: 5, calls: 10, holdMs: 1000 });
    results.ladder = await ladder(product);
    results.atOnce = await crowd(product);
    results.ledgerWithinCalls = ledgerWithinCalls(await product.metrics());
  } finally {
    await phone?.stop();
    await product.remove();
  }
  say('the ledger alone');
  const { benchLedger } = await import('./ledger.bench.mjs'); // stands on dist/, which is there only now
  results.ledgerAlone = await benchLedger(options.quick ? 2 : 8);
  if (options.clone) results.freshCloneS = await freshClone();
  const file = options.json ?? join(root, 'bench.json');
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(`${table(results)}\n\nwritten to ${file}\n`);
});
