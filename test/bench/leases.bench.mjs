#!/usr/bin/env node
// Proxy leases alone: how many a second, on an embedded PostgreSQL of its own. `node test/bench/leases.bench.mjs [seconds]`
// measures dist/ and prints one JSON object. Export `benchLeases` for others.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { ProxyLeases } from '../../dist/calls/proxy-leases.js';
import { newId } from '../../dist/common/ids.js';
import { configureLog } from '../../dist/common/log.js';
import { Metrics } from '../../dist/common/metrics.js';
import { Sealer } from '../../dist/common/sealer.js';
import { Database } from '../../dist/database/database.js';
import { startPostgres } from '../../dist/embedded/postgres.js';
import { LedgerMetrics } from '../../dist/ledger/ledger-metrics.js';
import { Ledger } from '../../dist/ledger/ledger.js';
import { Spool } from '../../dist/ledger/spool.js';
import { Provisioning } from '../../dist/provisioning/provisioning.js';
import { spreadOf } from './spread.mjs';

const MOBILES = 20;
const POOL = 50;
const CLIENTS = 40;

/** @param seconds each of the loads lasts */
export async function benchLeases(seconds = 5) {
  configureLog('silent');
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-bench-'));
  const postgres = await startPostgres(folder);
  const database = await Database.open(postgres.url);
  const spool = await Spool.open(join(folder, 'spool'));
  const ledger = new Ledger(database, spool, new LedgerMetrics(new Metrics()), 5000);
  ledger.onApplicationBootstrap();
  try {
    const { mobiles, clients } = await rows(postgres.url);
    const provisioning = new Provisioning(database, new Sealer(Buffer.alloc(32, 7)));
    await provisioning.reload();
    const leases = new ProxyLeases(database, ledger, provisioning);
    /** @param at which mobile the caller of this place rings */
    const load = async (callers, at) => {
      const latencies = [];
      const end = performance.now() + seconds * 1000;
      const one = async (_, place) => {
        for (let count = place; performance.now() < end; count++) {
          const began = performance.now();
          const number = await leases.lease(mobiles[at(place)], clients[count % CLIENTS], undefined);
          if (number === undefined) throw new Error('a lease was not given');
          latencies.push(performance.now() - began);
        }
      };
      await Promise.all(Array.from({ length: callers }, one));
      return { perSecond: Math.round(latencies.length / seconds), ...spreadOf(latencies) };
    };
    await load(1, () => 0); // warm
    return {
      alone: await load(1, () => 0),
      twentyMobiles: await load(MOBILES, (place) => place),
      oneMobile: await load(MOBILES, () => 0),
    };
  } finally {
    await ledger.onApplicationShutdown();
    await database.close();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A company with a pool, clients and mobiles. */
async function rows(url) {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  const companyId = newId();
  await owner.query(`INSERT INTO company (id, name, country) VALUES ($1, 'Bench', 'RU')`, [companyId]);
  const clients = [];
  for (let n = 0; n < CLIENTS; n++) {
    clients.push(newId());
    await owner.query(
      `INSERT INTO client (id, company_id, code, number_hash, number_sealed) VALUES ($1, $2, $3, $4, '')`,
      [clients[n], companyId, String(10_000 + n), Buffer.from(clients[n])],
    );
  }
  for (let n = 0; n < POOL; n++) {
    await owner.query(
      `INSERT INTO company_number (id, company_id, number, name, is_proxy) VALUES ($1, $2, $3, 'Pool', true)`,
      [newId(), companyId, `+7495000${1000 + n}`],
    );
  }
  const mobiles = [];
  for (let n = 0; n < MOBILES; n++) {
    const id = newId();
    await owner.query(`INSERT INTO mobile (id, company_id, number_sealed) VALUES ($1, $2, '')`, [
      id,
      companyId,
    ]);
    mobiles.push({ id: newId(), companyId, number: `1${String(n).padStart(2, '0')}`, mobile: { id } });
  }
  await owner.end();
  return { mobiles, clients };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await benchLeases(Number(process.argv[2] ?? 5)), undefined, 2)}\n`);
  process.exit(0);
}
