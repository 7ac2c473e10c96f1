import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import { JobHandlers, type JobPayload } from './job-handlers.js';
import type { JobKind } from './job-kinds.js';
import type { DueJob } from './outbox.js';

/** Seconds a worker holds a job without a sign of life; then it counts as dead and another takes the job. */
const LEASE_S = 15;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 3_600_000;

interface Claimed {
  id: string;
  companyId: string;
  kind: JobKind;
  payload: JobPayload;
  attempt: number;
}

/** Runs one job of the outbox by its id, whoever brings it: the row alone decides. */
@Injectable()
export class JobRunner {
  constructor(
    private readonly database: Database,
    private readonly handlers: JobHandlers,
  ) {}

  /**
   * Runs the job unless it is done, held by another worker, or not due yet. Its success is recorded once.
   * @returns when to try again, where the handler failed
   * @throws what the database throws: the job stays as it is
   */
  async run(id: string): Promise<DueJob | undefined> {
    const job = await this.claim(id);
    if (!job) return undefined;
    const { kind, ...given } = job;
    const heartbeat = setInterval(() => void this.extend(job), (LEASE_S * 1000) / 3).unref();
    try {
      const handler = this.handlers.get(kind);
      if (!handler) throw new Error(`no handler for ${kind}`);
      await handler(given);
    } catch (error) {
      clearInterval(heartbeat);
      return await this.failed(job, error);
    } finally {
      clearInterval(heartbeat);
    }
    await this.update(job, 'done_at = now(), locked_until = NULL, last_error = NULL');
    return undefined;
  }

  private async claim(id: string): Promise<Claimed | undefined> {
    const rows = await this.database.transaction(
      '*',
      (tx) =>
        tx.query<[Claimed[], number]>(
          `UPDATE outbox_job SET attempts = attempts + 1, locked_until = now() + make_interval(secs => $2)
           WHERE id = $1 AND done_at IS NULL AND run_at <= now() AND (locked_until IS NULL OR locked_until < now())
           RETURNING id, company_id AS "companyId", kind, payload, attempts AS attempt`,
          [id, LEASE_S],
        ),
      { pool: 'calls' },
    );
    return rows[0][0];
  }

  private async failed(job: Claimed, error: unknown): Promise<DueJob> {
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (job.attempt - 1), LONGEST_RETRY_MS);
    const runAt = new Date(Date.now() + delayMs);
    log('jobs').warn(
      { jobId: job.id, kind: job.kind, attempt: job.attempt, delayMs, error: messageOf(error) },
      'a job failed',
    );
    await this.update(
      job,
      `run_at = now() + make_interval(secs => $3), locked_until = NULL, last_error = $4`,
      [delayMs / 1000, messageOf(error).slice(0, 500)],
    );
    return { id: job.id, runAt };
  }

  private async extend(job: Claimed): Promise<void> {
    await this.update(job, 'locked_until = now() + make_interval(secs => $3)', [LEASE_S]).catch(
      (error: unknown) =>
        log('jobs').debug({ jobId: job.id, error: messageOf(error) }, 'no sign of life could be given'),
    );
  }

  /** Only the worker that holds the job now: one that was taken for dead has lost it. */
  private async update(job: Claimed, change: string, values: unknown[] = []): Promise<void> {
    await this.database.transaction(
      '*',
      (tx) =>
        tx.query(`UPDATE outbox_job SET ${change} WHERE id = $1 AND attempts = $2 AND done_at IS NULL`, [
          job.id,
          job.attempt,
          ...values,
        ]),
      { pool: 'calls' },
    );
  }
}
