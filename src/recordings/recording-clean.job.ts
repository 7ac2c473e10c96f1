import { Injectable } from '@nestjs/common';
import { JobHandlers } from '../jobs/job-handlers.js';
import { RecordingFiles } from '../media/recording-files.js';

/** Removes files that are of no more use: what was deleted, what Opus stands for. */
@Injectable()
export class RecordingCleanJob {
  constructor(handlers: JobHandlers, files: RecordingFiles) {
    handlers.register('recording.clean', async ({ payload }) => {
      for (const path of payload['paths'] as string[]) await files.remove(path);
    });
  }
}
