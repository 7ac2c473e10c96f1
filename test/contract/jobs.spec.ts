import { jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Database } from '../../src/database/database.js';
import { BullDispatcher } from '../../src/jobs/bull.dispatcher.js';
import type { Dispatcher } from '../../src/jobs/dispatcher.js';
import { InProcessDispatcher } from '../../src/jobs/in-process.dispatcher.js';
import { JOB_KINDS, type JobKind } from '../../src/jobs/job-kinds.js';
import { JobHandlers, type Job, type JobHandler, type JobPayload } from '../../src/jobs/job-handlers.js';
import { JobRunner } from '../../src/jobs/job-runner.js';
import { Jobs } from '../../src/jobs/jobs.js';
import { Outbox } from '../../src/jobs/outbox.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { newCompany } from '../support/ledger.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import { until } from '../support/until.js';

jest.setTimeout(60_000);

const WORKER = resolve(import.meta.dirname, '../support/outbox-worker.mjs');

interface Transport {
  open(): Promise<void>;
  close(): Promise<void>;
  dispatcher(): Dispatcher;
  redisUrl(): string;
}

/** What jobs promise, whatever carries them. */
function promises(transport: Transport): void {
  let sql: TestDatabase;
  let database: Database;
  let companyId: string;
  let outbox: Outbox;
  const running: Jobs[] = [];

  const start = async (handler: JobHandler): Promise<Jobs> => {
    const handlers = new JobHandlers();
    for (const kind of Object.keys(JOB_KINDS) as JobKind[]) handlers.register(kind, handler);
    const jobs = new Jobs(
      database,
      handlers,
      outbox,
      new JobRunner(database, handlers),
      transport.dispatcher(),
      200,
    );
    await jobs.start();
    running.push(jobs);
    return jobs;
  };
  const add = (payload: JobPayload = {}, runAt?: Date) =>
    database.transaction(companyId, (tx) =>
      outbox.add(tx, { companyId, kind: 'recording.check', payload, ...(runAt && { runAt }) }),
    );
  const row = async (id: string) =>
    (await sql.query('SELECT attempts, last_error, done_at FROM outbox_job WHERE id = $1', [id]))[0];
  const done = (ids: string[]) =>
    until(
      `${ids.length} jobs are done`,
      async () =>
        (await sql.query('SELECT FROM outbox_job WHERE id = ANY($1) AND done_at IS NOT NULL', [ids]))
          .length === ids.length,
      30_000,
    );

  beforeAll(async () => {
    await transport.open();
    sql = await testDatabase();
    database = await Database.open(sql.url);
    companyId = await newCompany(sql);
  });
  beforeEach(async () => {
    await sql.query('DELETE FROM outbox_job');
    outbox = new Outbox(database);
  });
  afterEach(async () => {
    for (const jobs of running.splice(0)) await jobs.stop();
  });
  afterAll(async () => {
    await database.close();
    await sql.drop();
    await transport.close();
  });

  it('runs a job once its transaction has been committed, with what was put in', async () => {
    const seen: Job[] = [];
    await start(async (job) => void seen.push(job));
    const id = await add({ recordingId: 'r1' });
    await done([id]);
    expect(seen).toEqual([{ id, companyId, payload: { recordingId: 'r1' }, attempt: 1 }]);
  });

  it('runs no job of a transaction that was rolled back', async () => {
    const seen: string[] = [];
    await start(async ({ id }) => void seen.push(id));
    await database
      .transaction(companyId, async (tx) => {
        await outbox.add(tx, { companyId, kind: 'recording.check', payload: {} });
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    const id = await add();
    await done([id]);
    expect(seen).toEqual([id]);
  });

  it('runs many, each once', async () => {
    const seen: string[] = [];
    await start(async ({ id }) => void seen.push(id));
    const ids = await Promise.all(Array.from({ length: 50 }, () => add()));
    await done(ids);
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  it('tries again after a failure, later each time, and records the success once', async () => {
    const times: number[] = [];
    await start(async ({ attempt }) => {
      times.push(performance.now());
      if (attempt < 3) throw new Error(`failure ${attempt}`);
    });
    const id = await add();
    await done([id]);
    expect(await row(id)).toMatchObject({ attempts: 3, last_error: null });
    const [first, second, third] = times as [number, number, number];
    expect(second - first).toBeGreaterThan(450);
    expect(third - second).toBeGreaterThan(900);
  });

  it('runs none before its time', async () => {
    let ranAt = 0;
    await start(async () => void (ranAt = Date.now()));
    const runAt = new Date(Date.now() + 700);
    await done([await add({}, runAt)]);
    expect(ranAt).toBeGreaterThanOrEqual(runAt.getTime() - 20);
  });

  it('runs what was added while nobody was there', async () => {
    const ids = [await add(), await add()];
    const seen: string[] = [];
    await start(async ({ id }) => void seen.push(id));
    await done(ids);
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  it('shares the jobs of one outbox among several, each run once', async () => {
    const seen: string[] = [];
    const handler: JobHandler = async ({ id }) => void seen.push(id);
    await start(handler);
    await start(handler);
    const ids = await Promise.all(Array.from({ length: 30 }, () => add()));
    await done(ids);
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  it('waits at its end for the jobs that run', async () => {
    let isOver = false;
    let began = () => {};
    const hasBegun = new Promise<void>((resolved) => (began = resolved));
    const jobs = await start(async () => {
      began();
      await new Promise((resolved) => setTimeout(resolved, 300));
      isOver = true;
    });
    const id = await add();
    await hasBegun;
    await jobs.stop();
    expect(isOver).toBe(true);
    await done([id]);
  });

  it('a worker killed in the middle of a job leaves it to the next one', async () => {
    const id = await add({ hangs: true });
    const worker = spawn(process.execPath, [WORKER, sql.url, transport.redisUrl()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: worker.stdout });
    expect(await once(lines, 'line')).toEqual([id]);
    const closed = once(worker, 'close');
    worker.kill('SIGKILL');
    await closed;
    // The dead worker's hold on the job runs out; no need to wait for the clock here.
    await sql.query('UPDATE outbox_job SET locked_until = now() WHERE id = $1', [id]);
    const seen: string[] = [];
    await start(async (job) => void seen.push(job.id));
    await done([id]);
    expect(seen).toEqual([id]);
    expect(await row(id)).toMatchObject({ attempts: 2 });
  });

  it('a kind without a handler stops the start', async () => {
    const handlers = new JobHandlers();
    const jobs = new Jobs(
      database,
      handlers,
      outbox,
      new JobRunner(database, handlers),
      transport.dispatcher(),
    );
    await expect(jobs.start()).rejects.toThrow('no handler is registered for: recording.check');
    await jobs.stop();
  });

  it('refuses a second handler of a kind', () => {
    const handlers = new JobHandlers();
    handlers.register('recording.check', async () => {});
    expect(() => handlers.register('recording.check', async () => {})).toThrow(TypeError);
  });
}

describe('jobs, dispatched in process', () => {
  promises({
    open: async () => {},
    close: async () => {},
    dispatcher: () => new InProcessDispatcher(),
    redisUrl: () => '',
  });
});

describeWith(['redis-server'], 'jobs, dispatched over Redis by bull', () => {
  let redis: TestRedis;
  promises({
    open: async () => void (redis = await startRedis()),
    close: () => redis.stop(),
    dispatcher: () => new BullDispatcher(redis.url),
    redisUrl: () => redis.url,
  });
});

describeWith(['redis-server'], 'jobs, when Redis is killed', () => {
  it('nothing is lost and nothing is done twice', async () => {
    const first = await startRedis();
    const port = Number(new URL(first.url).port);
    const sql = await testDatabase();
    const database = await Database.open(sql.url);
    const companyId = await newCompany(sql);
    const outbox = new Outbox(database);
    const handlers = new JobHandlers();
    const seen: string[] = [];
    for (const kind of Object.keys(JOB_KINDS) as JobKind[]) {
      handlers.register(kind, async ({ id }) => void seen.push(id));
    }
    const runner = new JobRunner(database, handlers);
    const jobs = new Jobs(database, handlers, outbox, runner, new BullDispatcher(first.url), 200);
    await jobs.start();
    const add = () =>
      database.transaction(companyId, (tx) =>
        outbox.add(tx, { companyId, kind: 'recording.check', payload: {} }),
      );
    const ids = [await add()];
    await first.kill9();
    for (let n = 0; n < 10; n += 1) ids.push(await add());
    const second = await startRedis(port);
    ids.push(await add());
    await until(
      'all are done',
      async () => {
        const rows = await sql.query('SELECT FROM outbox_job WHERE done_at IS NOT NULL');
        return rows.length === ids.length;
      },
      30_000,
    );
    expect(seen.toSorted()).toEqual(ids.toSorted());
    await jobs.stop();
    await database.close();
    await sql.drop();
    await second.stop();
  });
});
