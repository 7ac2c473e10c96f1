import { Module } from '@nestjs/common';
import { HoldsController } from './holds.controller.js';
import { Holds } from './holds.js';
import { NotesController } from './notes.controller.js';
import { Notes } from './notes.js';
import { Plays } from './plays.js';
import { ReconciliationController } from './reconciliation.controller.js';
import { RecordingAudio } from './recording-audio.js';
import { RecordingDeletion } from './recording-deletion.js';
import { RecordingFilesModule } from './recording-files.module.js';
import { RecordingsController } from './recordings.controller.js';
import { RecordingsQueries } from './recordings.query.js';

@Module({
  imports: [RecordingFilesModule],
  // The first route that fits is taken: `reconciliation` is no recording's id.
  controllers: [ReconciliationController, RecordingsController, NotesController, HoldsController],
  providers: [RecordingsQueries, RecordingAudio, RecordingDeletion, Plays, Notes, Holds],
})
export class RecordingsApiModule {}
