import { Module } from '@nestjs/common';
import { RecordingCheckJob } from './recording-check.job.js';
import { RecordingLedger } from './recording.ledger.js';

@Module({ providers: [RecordingCheckJob, RecordingLedger] })
export class RecordingsModule {}
