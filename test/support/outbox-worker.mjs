// A control plane's jobs, to be killed: node outbox-worker.mjs <database url> <redis url or ''>
// Its handler inserts a row of its own, prints the id of the job, and never ends where the payload says so.
import { writeSync } from 'node:fs';
import { configureLog } from '../../dist/common/log.js';
import { Database } from '../../dist/database/database.js';
import { BullDispatcher } from '../../dist/jobs/bull.dispatcher.js';
import { InProcessDispatcher } from '../../dist/jobs/in-process.dispatcher.js';
import { JobHandlers } from '../../dist/jobs/job-handlers.js';
import { JOB_KINDS } from '../../dist/jobs/job-kinds.js';
import { JobRunner } from '../../dist/jobs/job-runner.js';
import { Jobs } from '../../dist/jobs/jobs.js';
import { Outbox } from '../../dist/jobs/outbox.js';

const [url, redisUrl] = process.argv.slice(2);
configureLog('silent');
const database = await Database.open(url);
const handlers = new JobHandlers();
for (const kind of Object.keys(JOB_KINDS))
  handlers.register(kind, async ({ id, payload }) => {
    writeSync(1, `${id}\n`);
    if (payload.hangs) await new Promise(() => {});
  });
const outbox = new Outbox(database);
const dispatcher = redisUrl ? new BullDispatcher(redisUrl) : new InProcessDispatcher();
const jobs = new Jobs(database, handlers, outbox, new JobRunner(database, handlers), dispatcher, 200);
await jobs.start();
