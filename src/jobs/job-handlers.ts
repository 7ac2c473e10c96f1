import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { JOB_KINDS, type JobKind } from './job-kinds.js';

type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type JobPayload = { [key: string]: JsonValue };

/** One run of a job. */
export interface Job {
  id: string;
  companyId: string;
  payload: JobPayload;
  /** From 1. */
  attempt: number;
}

/** Must be idempotent: a job runs again where a process died before its success was recorded. */
export type JobHandler = (job: Job) => Promise<void>;

@Injectable()
export class JobHandlers {
  private readonly handlers = new Map<JobKind, JobHandler>();

  /** @throws TypeError where the kind has a handler already */
  register(kind: JobKind, handler: JobHandler): void {
    if (this.handlers.has(kind)) throw new TypeError(`${kind} has a handler already`);
    this.handlers.set(kind, handler);
  }

  get(kind: JobKind): JobHandler | undefined {
    return this.handlers.get(kind);
  }

  /** @throws AppError job-without-handler */
  assertComplete(): void {
    const missing = (Object.keys(JOB_KINDS) as JobKind[]).filter((kind) => !this.handlers.has(kind));
    if (missing.length > 0) {
      throw new AppError('job-without-handler', `no handler is registered for: ${missing.join(', ')}`);
    }
  }
}
