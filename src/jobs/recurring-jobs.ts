import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { idOf } from '../common/ids.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import type { JobKind } from './job-kinds.js';
import { Outbox } from './outbox.js';

/** Milliseconds between two looks whether a period has begun. */
const LOOK_MS = 60_000;

interface Recurring {
  kind: JobKind;
  periodMs: number;
  offsetMs: number;
}

/**
 * Jobs that every company has once in each period, whichever control plane sees to it: the job's id is made of
 * company, kind and period. A period that nobody was up for is not made up for; the one that has begun is.
 */
@Injectable()
export class RecurringJobs implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly all: Recurring[] = [];
  private timer?: NodeJS.Timeout;
  private adding?: Promise<void>;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @param periodMs counted from midnight UTC
   * @param offsetMs after a period's beginning
   */
  every(kind: JobKind, periodMs: number, offsetMs = 0): void {
    this.all.push({ kind, periodMs, offsetMs });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), LOOK_MS).unref();
    void this.look();
  }

  /** Adds what a period that has begun still lacks. Never rejects. */
  async look(): Promise<void> {
    this.adding ??= this.add()
      .catch((error: unknown) =>
        log('jobs').debug({ error: messageOf(error) }, 'no recurring jobs were added'),
      )
      .finally(() => (this.adding = undefined));
    await this.adding;
  }

  private async add(): Promise<void> {
    await this.database.transaction('*', async (tx) => {
      const companies: { id: string }[] = await tx.query('SELECT id FROM company');
      for (const { id: companyId } of companies) {
        for (const { kind, periodMs, offsetMs } of this.all) {
          const period = Math.floor((clock.now() - offsetMs) / periodMs);
          const id = idOf(`${companyId} ${kind} ${periodMs} ${period}`);
          await this.outbox.addOnce(tx, id, { companyId, kind, payload: {} });
        }
      }
    });
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.adding;
  }
}
