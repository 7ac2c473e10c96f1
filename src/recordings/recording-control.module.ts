import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { RecordingControlController } from './recording-control.controller.js';
import { RecordingControl } from './recording-control.js';
import { RecordingFilesModule } from './recording-files.module.js';

/** What wants media servers: the rest of the recordings' API does without. */
@Module({
  imports: [CallsModule, RecordingFilesModule],
  controllers: [RecordingControlController],
  providers: [RecordingControl],
})
export class RecordingControlModule {}
