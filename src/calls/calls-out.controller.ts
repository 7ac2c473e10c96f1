import { Body, Controller, Delete, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { callRequest, callSchema, type CallRequest, type CallView } from '../contracts/calls.js';
import type { Person } from '../contracts/identity.js';
import { idParameter, type IdParameter } from '../contracts/page.js';
import { Answers, AnswersNothing } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { CallsOut } from './calls-out.js';

/** Click-to-call. */
@ApiTags('calls')
@Controller('api/v1/calls')
export class CallsOutController {
  constructor(private readonly callsOut: CallsOut) {}

  /** The person's own devices ring; what comes of it is told on the live feed. */
  @Post()
  @RequireRight('calls.make')
  @Answers(callSchema, 202)
  start(@Asking() person: Person, @Body({ schema: callRequest }) request: CallRequest): Promise<CallView> {
    return this.callsOut.start(person, request);
  }

  /** Ends a call of the person asking, whether it rings or is answered. */
  @Delete(':id')
  @RequireRight('calls.make')
  @AnswersNothing()
  end(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<void> {
    return this.callsOut.end(person, id);
  }
}
