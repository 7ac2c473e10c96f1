import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import type { Health } from '../common/health-indicators.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import type { Dispatcher } from './dispatcher.js';
import { JobHandlers } from './job-handlers.js';
import type { JobRunner } from './job-runner.js';
import type { DueJob, Outbox } from './outbox.js';

/** Milliseconds between two looks for rows that no dispatcher remembers. */
const SWEEP_MS = 5000;
const ROWS_PER_SWEEP = 500;

/** Jobs that stand for longer than this after their time wait for something. */
const OVERDUE_S = 60;

/** Sees to it that every row of the outbox is run: told of new ones, and looking for forgotten ones. */
@Injectable()
export class Jobs {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  private forget: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly handlers: JobHandlers,
    private readonly outbox: Outbox,
    private readonly runner: JobRunner,
    private readonly dispatcher: Dispatcher,
    private readonly sweepMs = SWEEP_MS,
  ) {}

  /** @throws AppError job-without-handler */
  async start(): Promise<void> {
    this.handlers.assertComplete();
    await this.dispatcher.start((id) => this.run(id));
    this.forget = this.outbox.events.on('added', (job) => this.dispatcher.offer(job));
    this.timer = setInterval(() => void this.sweep(), this.sweepMs).unref();
    await this.sweep();
  }

  /** Calls go on without them: they are late, and none is lost. */
  async health(): Promise<Health> {
    if (!this.dispatcher.isUp) return { up: true, detail: 'Redis is away: jobs wait' };
    const [{ overdue }] = await this.database.transaction('*', (tx) =>
      tx.query<[{ overdue: number }]>(
        `SELECT count(*)::int AS overdue FROM outbox_job
         WHERE done_at IS NULL AND run_at < now() - make_interval(secs => $1)`,
        [OVERDUE_S],
      ),
    );
    return { up: true, ...(overdue > 0 && { detail: `${overdue} jobs wait` }) };
  }

  private async run(id: string): Promise<void> {
    const retry = await this.runner.run(id);
    // After this run has left the dispatcher: a job that is still known there is not taken again.
    if (retry) setImmediate(() => void this.dispatcher.offer(retry));
  }

  /** Offers every unfinished row that is due and nobody holds. */
  private async sweep(): Promise<void> {
    this.sweeping ??= this.offerForgotten()
      .catch((error: unknown) => log('jobs').debug({ error: messageOf(error) }, 'no sweep'))
      .finally(() => (this.sweeping = undefined));
    await this.sweeping;
  }

  private async offerForgotten(): Promise<void> {
    const rows = await this.database.transaction('*', (tx) =>
      tx.query<DueJob[]>(
        `SELECT id, run_at AS "runAt" FROM outbox_job
         WHERE done_at IS NULL AND run_at <= now() AND (locked_until IS NULL OR locked_until < now())
         ORDER BY run_at LIMIT $1`,
        [ROWS_PER_SWEEP],
      ),
    );
    for (const job of rows) await this.dispatcher.offer(job);
  }

  /** Takes no more jobs and waits for those that run. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.forget?.();
    await this.sweeping;
    await this.dispatcher.stop();
  }
}
