import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  callDetail,
  callSchema,
  callsQuery,
  type CallDetail,
  type CallsQuery,
  type CallView,
} from '../contracts/calls.js';
import type { Person } from '../contracts/identity.js';
import { idParameter, pageOf, type IdParameter, type Page } from '../contracts/page.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { CallsQueries } from './calls.query.js';

@ApiTags('calls')
@Controller('api/v1/calls')
export class CallsController {
  constructor(private readonly calls: CallsQueries) {}

  @Get()
  @RequireRight('calls.read')
  @Answers(pageOf(callSchema))
  list(@Asking() person: Person, @Query({ schema: callsQuery }) query: CallsQuery): Promise<Page<CallView>> {
    return this.calls.list(person, query);
  }

  @Get(':id')
  @RequireRight('calls.read')
  @Answers(callDetail)
  get(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<CallDetail> {
    return this.calls.get(person, id);
  }
}
