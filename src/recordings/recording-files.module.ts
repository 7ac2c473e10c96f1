import { Module } from '@nestjs/common';
import type { Settings } from '../common/env.js';
import { SETTINGS } from '../common/settings.js';
import { RecordingFiles } from '../media/recording-files.js';
import { SealedFiles } from './sealed-files.js';

/** Files at rest, for the jobs and for the API alike: neither needs a media server. */
@Module({
  providers: [
    {
      provide: RecordingFiles,
      inject: [SETTINGS],
      useFactory: (settings: Settings) => new RecordingFiles(settings.RECORDINGS_DIR),
    },
    SealedFiles,
  ],
  exports: [RecordingFiles, SealedFiles],
})
export class RecordingFilesModule {}
