import { join } from 'node:path';
import { clock } from '../../src/common/clock.js';
import { newId } from '../../src/common/ids.js';
import { Metrics } from '../../src/common/metrics.js';
import { Database } from '../../src/database/database.js';
import { LedgerMetrics } from '../../src/ledger/ledger-metrics.js';
import type { LedgerWrite } from '../../src/ledger/ledger-write.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { Spool } from '../../src/ledger/spool.js';
import { testDatabase, type TestDatabase } from './database.js';

/** A ledger on a database of its own. */
export interface TestLedger {
  sql: TestDatabase;
  database: Database;
  ledger: Ledger;
  /** Makes a company. @returns its id */
  company(): Promise<string>;
  close(): Promise<void>;
}

/** @param folder of the spool */
export async function openLedger(folder: string, patienceMs = 5000): Promise<TestLedger> {
  const sql = await testDatabase();
  const database = await Database.open(sql.url);
  const ledger = await ledgerOn(database, folder, patienceMs);
  ledger.onApplicationBootstrap();
  return {
    sql,
    database,
    ledger,
    company: () => newCompany(sql),
    close: async () => {
      await ledger.onApplicationShutdown();
      await database.close();
      await sql.drop();
    },
  };
}

/** A ledger whose projections can still be registered; onApplicationBootstrap() begins its replay. */
export const ledgerOn = async (database: Database, folder: string, patienceMs: number): Promise<Ledger> =>
  new Ledger(database, await Spool.open(join(folder, 'spool')), new LedgerMetrics(new Metrics()), patienceMs);

export async function newCompany(sql: Pick<TestDatabase, 'query'>): Promise<string> {
  const id = newId();
  await sql.query(`INSERT INTO company (id, name, country) VALUES ($1, 'Test', 'RU')`, [id]);
  return id;
}

/** A write of no special kind. */
export const write = (companyId: string, change: Partial<LedgerWrite> = {}): LedgerWrite => ({
  id: newId(),
  companyId,
  kind: 'provisioning.changed',
  at: clock.iso(),
  actor: 'system',
  data: {},
  ...change,
});
