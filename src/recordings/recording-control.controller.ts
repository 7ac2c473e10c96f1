import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Person } from '../contracts/identity.js';
import { idParameter, type IdParameter } from '../contracts/page.js';
import { recordingAction, recordingActionResult } from '../contracts/recordings.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { RecordingControl } from './recording-control.js';

@ApiTags('recordings')
@Controller('api/v1/calls/:id/recording')
export class RecordingControlController {
  constructor(private readonly control: RecordingControl) {}

  /** While paused, silence is recorded. Who paused and resumed it, and when, is in the ledger. */
  @Post()
  @RequireRight('recordings.pause')
  @Answers(recordingActionResult)
  act(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: recordingAction }) { action }: z.infer<typeof recordingAction>,
  ): Promise<z.infer<typeof recordingActionResult>> {
    return this.control.set(person, id, action === 'pause');
  }
}
