import { Module } from '@nestjs/common';
import { LostRecordings } from './lost-recordings.js';
import { OpusEncoder } from './opus-encoder.js';
import { OpusLater } from './opus-later.js';
import { RawSegments } from './raw-segments.js';
import { ReconciliationJob } from './reconciliation.job.js';
import { RecordingCheckJob } from './recording-check.job.js';
import { RecordingCleanJob } from './recording-clean.job.js';
import { RecordingDeletion } from './recording-deletion.js';
import { RecordingFilesModule } from './recording-files.module.js';
import { RecordingLedger } from './recording.ledger.js';
import { RecordingStore } from './recording-store.js';
import { RetentionJob } from './retention.job.js';

@Module({
  imports: [RecordingFilesModule],
  providers: [
    { provide: OpusEncoder, useFactory: () => OpusEncoder.find() },
    RawSegments,
    RecordingStore,
    OpusLater,
    RecordingLedger,
    RecordingDeletion,
    LostRecordings,
    RecordingCheckJob,
    RecordingCleanJob,
    RetentionJob,
    ReconciliationJob,
  ],
})
export class RecordingsModule {}
