import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Person } from '../contracts/identity.js';
import {
  idParameter,
  pageOf,
  pageQuery,
  type IdParameter,
  type Page,
  type PageQuery,
} from '../contracts/page.js';
import { holdLift, holdNew, holdSchema, type HoldView } from '../contracts/recordings.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { Holds } from './holds.js';

@ApiTags('recordings')
@Controller('api/v1/recording-holds')
export class HoldsController {
  constructor(private readonly holds: Holds) {}

  @Get()
  @RequireRight('recordings.hold')
  @Answers(pageOf(holdSchema))
  list(@Asking() person: Person, @Query({ schema: pageQuery }) query: PageQuery): Promise<Page<HoldView>> {
    return this.holds.list(person, query);
  }

  @Post()
  @RequireRight('recordings.hold')
  @Answers(holdSchema, 201)
  place(
    @Asking() person: Person,
    @Body({ schema: holdNew }) hold: z.infer<typeof holdNew>,
  ): Promise<HoldView> {
    return this.holds.place(person, hold);
  }

  @Post(':id/lift')
  @RequireRight('recordings.hold')
  @Answers(holdSchema)
  lift(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: holdLift }) { reason }: z.infer<typeof holdLift>,
  ): Promise<HoldView> {
    return this.holds.lift(person, id, reason);
  }
}
