import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  followUpClosing,
  followUpSchema,
  followUpsQuery,
  type FollowUpClosing,
  type FollowUpsQuery,
  type FollowUpView,
} from '../contracts/follow-ups.js';
import type { Person } from '../contracts/identity.js';
import { idParameter, pageOf, type IdParameter, type Page } from '../contracts/page.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { FollowUpsQueries } from './follow-ups.query.js';

@ApiTags('follow-ups')
@Controller('api/v1/follow-ups')
export class FollowUpsController {
  constructor(private readonly followUps: FollowUpsQueries) {}

  @Get()
  @RequireRight('follow-ups.read')
  @Answers(pageOf(followUpSchema))
  list(
    @Asking() person: Person,
    @Query({ schema: followUpsQuery }) query: FollowUpsQuery,
  ): Promise<Page<FollowUpView>> {
    return this.followUps.list(person, query);
  }

  @Get(':id')
  @RequireRight('follow-ups.read')
  @Answers(followUpSchema)
  get(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<FollowUpView> {
    return this.followUps.get(person, id);
  }

  @Post(':id/close')
  @RequireRight('follow-ups.close')
  @Answers(followUpSchema)
  close(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: followUpClosing }) { reason }: FollowUpClosing,
  ): Promise<FollowUpView> {
    return this.followUps.close(person, id, reason);
  }
}
