// Writes into the ledger until it is killed; prints the id of each write that was promised, one a line.
// node ledger-writer.mjs <database url> <data folder> <company id>
import { setImmediate } from 'node:timers';
import { join } from 'node:path';
import { writeSync } from 'node:fs';
import { newId } from '../../dist/common/ids.js';
import { configureLog } from '../../dist/common/log.js';
import { Metrics } from '../../dist/common/metrics.js';
import { Database } from '../../dist/database/database.js';
import { LedgerMetrics } from '../../dist/ledger/ledger-metrics.js';
import { Ledger } from '../../dist/ledger/ledger.js';
import { Spool } from '../../dist/ledger/spool.js';

// Longer than a busy machine takes for the first write: what has once gone by the spool draws the next ones after it.
const PATIENCE_MS = 1000;
const [url, folder, companyId] = process.argv.slice(2);
configureLog('silent');
const database = await Database.open(url);
const spool = await Spool.open(join(folder, 'spool'));
const ledger = new Ledger(database, spool, new LedgerMetrics(new Metrics()), PATIENCE_MS);
ledger.project('call.received', async (tx, { id }) => {
  await tx.query('INSERT INTO applied VALUES ($1)', [id]);
});
ledger.onApplicationBootstrap();

const writer = async (n) => {
  for (;;) {
    const id = newId();
    const write = {
      id,
      companyId,
      kind: 'call.received',
      at: new Date().toISOString(),
      actor: 'system',
      data: { n },
    };
    const { where } = await ledger.write(write);
    writeSync(1, `${n} ${id} ${where}\n`);
    await new Promise((done) => setImmediate(done));
  }
};
await Promise.all([0, 1, 2].map(writer));
