#!/usr/bin/env node
// `npm run bench [-- --quick] [--only calls,search,…] [--clone] [--json FILE]`: measures the product
// side by side in one run, prints a table, writes JSON. Figures of a shared machine are to be read as ratios.
// `--rates 10,20,…` new calls a second, each of them of `--hold` seconds (10; with --quick 4).
// `npm run bench -- --soak MINUTES [--rate R]`: a steady load instead, and whether anything grows under it; on the
// real servers where DRACHTIO_BIN and FREESWITCH_BIN name them, else on the embedded engine. Exit code 1: it grows.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { atKeyboard, build, demandNode, installPackages, root, say, SetUpError } from '../../src/set-up.mjs';
import { benchClicks } from './click-to-call.mjs';
import { placeCalls, startPhone } from './load.mjs';
import { freePort, Product } from './product.mjs';
import { between, usage } from './procfs.mjs';
import { realServersAreHere, startPlain, startReal } from './real-servers.mjs';
import { table } from './report.mjs';
import { benchWall, chromiumIsHere } from './wall.mjs';
import { firstLoad } from './web.mjs';
import { benchRecording } from './recording-cost.mjs';
import { benchSearch } from './search.mjs';
import { isSound, soak, soakTable } from './soak.mjs';
import { benchSupervision } from './supervision.mjs';

const COMPANY_NUMBER = '+74950000100';
const PHONE_MEDIA = 34_000;
const CALLER_MEDIA = 36_000;
const PLAIN_PHONE_MEDIA = 38_000;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    only: { type: 'string' },
    clone: { type: 'boolean' },
    json: { type: 'string' },
    soak: { type: 'string' },
    rate: { type: 'string', default: '5' },
    rates: { type: 'string' },
    hold: { type: 'string' },
  },
});

/**
 * One load, with the CPU and memory that it took while it was full: from when its first calls end to when its last ones begin
 * (or the other way round, for calls that last longer). `exchange` is what is dialled: the product, or FreeSWITCH alone.
 */
async function measured({ sipPort, pids }, load) {
  const placed = placeCalls({
    sipPort,
    to: COMPANY_NUMBER,
    port: await freePort(),
    mediaPort: CALLER_MEDIA,
    ...load,
  });
  const [fullAt, overAt] = [load.holdMs, (load.calls / load.rate) * 1000].toSorted((a, b) => a - b);
  const full = async () => {
    await pause(fullAt);
    const before = usage(...pids);
    await pause(overAt - fullAt);
    return between(before, usage(...pids), (overAt - fullAt) / 1000);
  };
  const [result, processes] = await Promise.all([placed, full()]);
  return { ...result, processes };
}

/** V8 compiles what runs often while it runs: a server is measured that has had calls, not one of its first minute. */
const WARM_UP = { rate: 6, calls: options.quick ? 12 : 240, holdMs: 3000 };
const RATES = (options.rates ?? (options.quick ? '5,10' : '10,15,20,22,24,26,28,30,32,34'))
  .split(',')
  .map(Number);
const HOLD_S = Number(options.hold ?? (options.quick ? 4 : 10));
/** How long as many calls end as begin: what a few seconds bear is a burst, which says little of what can go on. */
const FULL_S = options.quick ? 4 : 50;

/**
 * Rates upwards, at each of them every exchange in turn, each until its calls fail twice: side by side, so that whatever
 * else the machine does befalls them alike.
 * @param exchanges by name @returns by name: a row for each rate
 */
async function ladders(exchanges) {
  const rows = Object.fromEntries(Object.keys(exchanges).map((name) => [name, []]));
  for (const rate of RATES) {
    for (const [name, exchange] of Object.entries(exchanges)) {
      if (rows[name].at(-1)?.failed > 0) continue;
      say(`${name}: ${rate} calls/s`);
      const load = { rate, calls: Math.round(rate * (HOLD_S + FULL_S)), holdMs: HOLD_S * 1000 };
      let result = await measured(exchange, load);
      if (result.failed > 0) result = await measured(exchange, load); // once may be the machine's doing
      rows[name].push({ rate, holdS: HOLD_S, ...result });
      const { calls, failed, setUp } = result;
      say(`  ${failed} of ${calls} failed, INVITE→200 p50 ${setUp.p50}, p95 ${setUp.p95} ms`);
    }
  }
  return rows;
}

async function crowd(exchange) {
  const calls = options.quick ? 40 : 200;
  say(`${calls} calls at once`);
  return measured(exchange, { rate: 10, calls, holdMs: (calls / 10) * 1000 + 15_000 });
}

/**
 * The product on one engine: start-up, rates, a crowd, the ledger's part.
 * @param beside other exchanges, by name, whose rates are measured in turn with its own
 */
async function product(settings = {}, enginePids = [], beside = {}) {
  const linekeeper = await Product.make(settings);
  let phone;
  try {
    const results = { firstStartMs: await linekeeper.start() };
    await linekeeper.stop();
    results.secondStartMs = await linekeeper.start();
    const { sipPort } = linekeeper;
    const exchange = { sipPort, pids: [linekeeper.pid, ...enginePids] };
    phone = await startPhone({ port: await freePort(), mediaPort: PHONE_MEDIA, sipPort });
    say('warming up');
    await measured(exchange, WARM_UP);
    results.ladders = await ladders({ product: exchange, ...beside });
    results.atOnce = await crowd(exchange);
    results.ledgerWithinCalls = ledgerWithinCalls(await linekeeper.metrics());
    return results;
  } finally {
    await phone?.stop();
    await linekeeper.remove();
  }
}

/** What watching, listening and recording cost. */
async function supervision(settings = {}, enginePids = []) {
  const linekeeper = await Product.make(settings);
  let phone;
  try {
    await linekeeper.start();
    const { sipPort } = linekeeper;
    const pids = [linekeeper.pid, ...enginePids];
    say('watching and listening');
    const watching = await benchSupervision(linekeeper, pids, options);
    say('recording');
    phone = await startPhone({ port: await freePort(), mediaPort: PHONE_MEDIA, sipPort });
    const recording = await benchRecording(
      linekeeper,
      pids,
      (load) => measured({ sipPort, pids }, load),
      options,
    );
    return { ...watching, recording };
  } finally {
    await phone?.stop();
    await linekeeper.remove();
  }
}

/** How soon a click becomes a call, on the embedded engine. */
async function clicks() {
  const linekeeper = await Product.make();
  try {
    await linekeeper.start();
    return await benchClicks(linekeeper, { clicks: options.quick ? 20 : 100 });
  } finally {
    await linekeeper.remove();
  }
}

/** Searching among a million calls with recordings. */
async function search() {
  say('searching');
  const linekeeper = await Product.make();
  try {
    await linekeeper.start();
    return await benchSearch(linekeeper, options);
  } finally {
    await linekeeper.remove();
  }
}

/** The product on the real servers, and beside it FreeSWITCH alone with an XML dialplan: as it comes, and with -np as ours. */
async function onRealServers() {
  say('drachtio-server and FreeSWITCH, and FreeSWITCH alone');
  const phonePort = await freePort();
  const servers = await startReal();
  const plain = await startPlain(phonePort);
  const plainNormal = await startPlain(phonePort, '-np');
  const phone = await startPhone({ port: phonePort, mediaPort: PLAIN_PHONE_MEDIA });
  try {
    await measured(plain, WARM_UP);
    await measured(plainNormal, WARM_UP);
    return await product(servers.settings, servers.pids, { plain, plainNormal });
  } finally {
    await phone.stop();
    await plain.stop();
    await plainNormal.stop();
    await servers.stop();
  }
}

/** Minutes of a steady load. @returns whether nothing failed, grew or was left */
async function soaked(minutes, rate) {
  const servers = realServersAreHere() ? await startReal() : undefined;
  say(`${minutes} minutes at ${rate} calls/s on ${servers ? 'the real servers' : 'the embedded engine'}`);
  const linekeeper = await Product.make(servers?.settings);
  let phone;
  try {
    await linekeeper.start();
    const { sipPort, pid } = linekeeper;
    phone = await startPhone({ port: await freePort(), mediaPort: PHONE_MEDIA, sipPort });
    const pids = [pid, ...(servers?.pids ?? [])];
    const load = async () =>
      measured({ sipPort, pids }, { rate, calls: Math.round(minutes * 60 * rate), holdMs: 10_000 });
    const result = await soak({ linekeeper, pids, load });
    process.stdout.write(`${soakTable(result).join('\n')}\n`);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
    return isSound(result);
  } finally {
    await phone?.stop();
    await linekeeper.remove();
    await servers?.stop();
  }
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
      await pause(250);
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

/** What is measured, one after the other; `--only` chooses among them by name. */
const PARTS = {
  async web(results) {
    results.webFirstLoadKb = Math.round(firstLoad() / 1000);
    say(`the cabinets' first load: ${results.webFirstLoadKb} kB compressed`);
  },
  async wall(results) {
    if (!chromiumIsHere()) return say('no chromium on the PATH: the live wall is not measured');
    say('the live wall');
    const linekeeper = await Product.make();
    try {
      await linekeeper.start();
      const { HTTP_PORT } = linekeeper.settings;
      results.wall = await benchWall(Number(HTTP_PORT), { seconds: options.quick ? 8 : 20 });
    } finally {
      await linekeeper.remove();
    }
  },
  async calls(results) {
    say('the embedded engine');
    results.embedded = await product();
  },
  async real(results) {
    if (realServersAreHere()) results.real = await onRealServers();
    else say('no DRACHTIO_BIN and FREESWITCH_BIN: the real servers are not measured');
  },
  async supervision(results) {
    say('the embedded engine');
    results.supervision = await supervision();
    if (!realServersAreHere()) return;
    say('drachtio-server and FreeSWITCH');
    const servers = await startReal();
    try {
      results.realSupervision = await supervision(servers.settings, servers.pids);
    } finally {
      await servers.stop();
    }
  },
  async clicks(results) {
    say('click-to-call');
    results.clickToCall = await clicks();
  },
  async search(results) {
    results.search = await search();
  },
  async ledger(results) {
    say('the ledger alone');
    const { benchLedger } = await import('./ledger.bench.mjs'); // stands on dist/, which is there only now
    results.ledgerAlone = await benchLedger(options.quick ? 2 : 8);
  },
  async leases(results) {
    say('proxy leases');
    const { benchLeases } = await import('./leases.bench.mjs'); // as above
    results.proxyLeases = await benchLeases(options.quick ? 2 : 8);
  },
};

/** Linux groups by session what a shell started, each of PostgreSQL's connections is one: niceness counts within a group alone. */
function warnOfGroups() {
  const file = '/proc/sys/kernel/sched_autogroup_enabled';
  if (existsSync(file) && readFileSync(file, 'utf8').trim() === '1')
    say(
      'kernel.sched_autogroup_enabled is 1: on full cores PostgreSQL waits behind FreeSWITCH (README, "Running it for real")',
    );
}

/** What measures comes before whatever else the machine does, where it may; SIPp and the browser inherit it. */
function takePrecedence() {
  try {
    setPriority(-10);
  } catch {
    // not for this user: then the figures have more of the others' work in them
  }
}

await atKeyboard(async () => {
  demandNode();
  if (![...RATES, HOLD_S].every((number) => number > 0))
    throw new SetUpError('--rates wants numbers above 0 with commas, --hold seconds above 0');
  const unknown = (options.only ?? '').split(',').filter((name) => name !== '' && !(name in PARTS));
  if (unknown.length > 0) throw new SetUpError(`--only takes ${Object.keys(PARTS).join(', ')}`);
  await installPackages();
  await build();
  takePrecedence();
  warnOfGroups();
  if (options.soak !== undefined) {
    const [minutes, rate] = [Number(options.soak), Number(options.rate)];
    if (!(minutes > 0 && rate > 0)) throw new SetUpError('--soak and --rate want numbers above 0');
    process.exitCode = (await soaked(minutes, rate)) ? 0 : 1;
    return;
  }
  const results = {
    at: new Date().toISOString(),
    cores: cpus().length,
    cpu: cpus()[0]?.model,
    node: process.version,
  };
  for (const [name, part] of Object.entries(PARTS)) {
    if (!options.only || options.only.split(',').includes(name)) await part(results);
  }
  if (options.clone) results.freshCloneS = await freshClone();
  const file = options.json ?? join(root, 'bench.json');
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(`${table(results)}\n\nwritten to ${file}\n`);
});
