import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../common/ids.js';
import { TypedEvents } from '../common/typed-events.js';
import { Database } from '../database/database.js';
import type { JobPayload } from './job-handlers.js';
import type { JobKind } from './job-kinds.js';

export interface NewJob {
  companyId: string;
  kind: JobKind;
  payload: JobPayload;
  /** Not before; left out, at once. */
  runAt?: Date;
}

/** A job that is to be run, as the dispatchers hear of it. */
export interface DueJob {
  id: string;
  runAt: Date;
}

/** Jobs written in the transaction of what they follow from: both are there, or neither. */
@Injectable()
export class Outbox {
  /** After the commit. */
  readonly events = new TypedEvents<{ added: DueJob }>();

  constructor(private readonly database: Database) {}

  /** @returns the job's id */
  async add(tx: EntityManager, { companyId, kind, payload, runAt = new Date() }: NewJob): Promise<string> {
    const id = newId();
    await tx.query(
      'INSERT INTO outbox_job (id, company_id, kind, payload, run_at) VALUES ($1, $2, $3, $4, $5)',
      [id, companyId, kind, JSON.stringify(payload), runAt],
    );
    this.database.afterCommit(tx, () => this.events.publish('added', { id, runAt }));
    return id;
  }

  /** As `add`, unless there is, or was, a job of this id. */
  async addOnce(
    tx: EntityManager,
    id: string,
    { companyId, kind, payload, runAt = new Date() }: NewJob,
  ): Promise<void> {
    const added: unknown[] = await tx.query(
      `INSERT INTO outbox_job (id, company_id, kind, payload, run_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [id, companyId, kind, JSON.stringify(payload), runAt],
    );
    if (added.length > 0) this.database.afterCommit(tx, () => this.events.publish('added', { id, runAt }));
  }
}
