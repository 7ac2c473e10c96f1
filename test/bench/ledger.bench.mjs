#!/usr/bin/env node
// Ledger appends alone: how many a second, and how long one takes. `node test/bench/ledger.bench.mjs [seconds]`
// measures dist/ on an embedded PostgreSQL of its own and prints one JSON object. Export `benchLedger` for others.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { newId } from '../../dist/common/ids.js';
import { configureLog } from '../../dist/common/log.js';
import { Metrics } from '../../dist/common/metrics.js';
import { Database } from '../../dist/database/database.js';
import { startPostgres } from '../../dist/embedded/postgres.js';
import { LedgerMetrics } from '../../dist/ledger/ledger-metrics.js';
import { Ledger } from '../../dist/ledger/ledger.js';
import { Spool } from '../../dist/ledger/spool.js';

const percentile = (sorted, share) =>
  Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2));

function summary(latencies, seconds) {
  const sorted = latencies.toSorted((a, b) => a - b);
  return {
    writes: sorted.length,
    perSecond: Math.round(sorted.length / seconds),
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    p99Ms: percentile(sorted, 0.99),
  };
}

/** @param seconds each of the loads lasts */
export async function benchLedger(seconds = 5) {
  configureLog('silent');
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-bench-'));
  const postgres = await startPostgres(folder);
  const database = await Database.open(postgres.url);
  const spool = await Spool.open(join(folder, 'spool'));
  const ledger = new Ledger(database, spool, new LedgerMetrics(new Metrics()), 5000);
  ledger.onApplicationBootstrap();
  const owner = new pg.Client({ connectionString: postgres.url });
  await owner.connect();
  const companyId = newId();
  await owner.query(`INSERT INTO company (id, name, country) VALUES ($1, 'Bench', 'RU')`, [companyId]);
  await owner.end();

  const writeOne = async (to, latencies) => {
    const began = performance.now();
    await to.write({
      id: newId(),
      companyId,
      kind: 'call.received',
      at: new Date().toISOString(),
      callId: newId(),
      actor: 'carrier:bench',
      data: { companyNumber: '+74950000100', trunk: randomUUID(), callerKind: 'number' },
    });
    latencies.push(performance.now() - began);
  };
  const closedLoop = async (writers) => {
    const latencies = [];
    const end = performance.now() + seconds * 1000;
    const one = async () => {
      while (performance.now() < end) await writeOne(ledger, latencies);
    };
    await Promise.all(Array.from({ length: writers }, one));
    return summary(latencies, seconds);
  };
  const openLoop = async (perSecond) => {
    const latencies = [];
    const running = [];
    const began = performance.now();
    for (let sent = 0; sent < perSecond * seconds; sent += 1) {
      await pause(Math.max(0, began + (sent * 1000) / perSecond - performance.now()));
      running.push(writeOne(ledger, latencies));
    }
    await Promise.all(running);
    return summary(latencies, (performance.now() - began) / 1000);
  };
  const spooled = async () => {
    const away = {
      transaction: () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' })),
    };
    const other = await Spool.open(join(folder, 'other-spool'));
    const alone = new Ledger(away, other, new LedgerMetrics(new Metrics()), 5000);
    const latencies = [];
    const end = performance.now() + seconds * 1000;
    const one = async () => {
      while (performance.now() < end) await writeOne(alone, latencies);
    };
    await Promise.all(Array.from({ length: 20 }, one));
    await alone.onApplicationShutdown();
    return summary(latencies, seconds);
  };
  try {
    await closedLoop(1); // warm
    return {
      alone: await closedLoop(1),
      twentyAtOnce: await closedLoop(20),
      at120PerSecond: await openLoop(120),
      spoolTwentyAtOnce: await spooled(),
    };
  } finally {
    await ledger.onApplicationShutdown();
    await database.close();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await benchLedger(Number(process.argv[2] ?? 5)), undefined, 2)}\n`);
  process.exit(0);
}
