import { Global, Module, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '../common/env.js';
import { HealthIndicators } from '../common/health-indicators.js';
import { SETTINGS } from '../common/settings.js';
import { Database } from '../database/database.js';
import { BullDispatcher } from './bull.dispatcher.js';
import { InProcessDispatcher } from './in-process.dispatcher.js';
import { JobHandlers } from './job-handlers.js';
import { JobRunner } from './job-runner.js';
import { Jobs } from './jobs.js';
import { Outbox } from './outbox.js';
import { RecurringJobs } from './recurring-jobs.js';

/** The outbox for everyone; bootstrap starts and stops `Jobs`. */
@Global()
@Module({
  providers: [
    JobHandlers,
    JobRunner,
    Outbox,
    RecurringJobs,
    {
      provide: Jobs,
      inject: [Database, JobHandlers, Outbox, JobRunner, SETTINGS],
      useFactory: (
        database: Database,
        handlers: JobHandlers,
        outbox: Outbox,
        runner: JobRunner,
        { REDIS_URL }: Settings,
      ) =>
        new Jobs(
          database,
          handlers,
          outbox,
          runner,
          REDIS_URL ? new BullDispatcher(REDIS_URL) : new InProcessDispatcher(),
        ),
    },
  ],
  exports: [JobHandlers, Outbox, RecurringJobs, Jobs],
})
export class JobsModule implements OnModuleInit {
  constructor(
    private readonly indicators: HealthIndicators,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.indicators.register('jobs', () => this.jobs.health());
  }
}
