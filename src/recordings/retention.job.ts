import { Injectable } from '@nestjs/common';
import { log } from '../common/log.js';
import { JobHandlers } from '../jobs/job-handlers.js';
import { RecurringJobs } from '../jobs/recurring-jobs.js';
import { RecordingDeletion } from './recording-deletion.js';

const PERIOD_MS = 3600_000;
/** Deleted in one transaction: the ledger's head is locked for as long as that takes. */
const BATCH = 250;

/** Deletes what is due, every hour, until nothing is. */
@Injectable()
export class RetentionJob {
  constructor(handlers: JobHandlers, recurring: RecurringJobs, deletion: RecordingDeletion) {
    handlers.register('recording.retention', async ({ companyId }) => {
      let deleted = 0;
      for (let batch = BATCH; batch === BATCH; deleted += batch) batch = await deletion.due(companyId, BATCH);
      if (deleted > 0)
        log('recordings').info({ companyId, deleted }, 'recordings whose time was over are deleted');
    });
    recurring.every('recording.retention', PERIOD_MS);
  }
}
