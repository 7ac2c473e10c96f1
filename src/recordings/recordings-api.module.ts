import { Module } from '@nestjs/common';
import { Plays } from './plays.js';
import { RecordingsController } from './recordings.controller.js';
import { RecordingsQueries } from './recordings.query.js';

@Module({ controllers: [RecordingsController], providers: [RecordingsQueries, Plays] })
export class RecordingsApiModule {}
