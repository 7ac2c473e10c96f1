import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
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
import { groupChange, groupNew, groupSchema } from '../contracts/provisioning.js';
import { Answers, AnswersNothing } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { actorOf } from './changes.js';
import type { GroupConfig } from './config.js';
import { RingGroups } from './ring-groups.js';
import { found, listed } from './listing.js';
import { Provisioning } from './provisioning.js';

type View = z.infer<typeof groupSchema>;

@ApiTags('ring groups')
@Controller('api/v1/ring-groups')
export class RingGroupsController {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly ringGroups: RingGroups,
  ) {}

  @Get()
  @RequireRight('provisioning.read')
  @Answers(pageOf(groupSchema))
  list(@Asking() person: Person, @Query({ schema: pageQuery }) query: PageQuery): Page<View> {
    const { groups } = this.provisioning.snapshot;
    return listed(groups.values(), person.companyId, query, (row) => row.name, viewOf);
  }

  @Get(':id')
  @RequireRight('provisioning.read')
  @Answers(groupSchema)
  get(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): View {
    return this.one(person, id);
  }

  @Post()
  @RequireRight('provisioning.change')
  @Answers(groupSchema, 201)
  async create(
    @Asking() person: Person,
    @Body({ schema: groupNew }) fields: z.infer<typeof groupNew>,
  ): Promise<z.infer<typeof groupSchema>> {
    return this.one(person, await this.ringGroups.create(actorOf(person), fields));
  }

  @Patch(':id')
  @RequireRight('provisioning.change')
  @Answers(groupSchema)
  async change(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: groupChange }) fields: z.infer<typeof groupChange>,
  ): Promise<View> {
    await this.ringGroups.change(actorOf(person), id, fields);
    return this.one(person, id);
  }

  @Delete(':id')
  @RequireRight('provisioning.change')
  @AnswersNothing()
  async remove(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<void> {
    await this.ringGroups.remove(actorOf(person), id);
  }

  private one(person: Person, id: string): View {
    const { groups } = this.provisioning.snapshot;
    return viewOf(found(groups.get(id), person.companyId, 'ring group'));
  }
}

const viewOf = (row: GroupConfig): View => ({
  id: row.id,
  name: row.name,
  strategy: row.strategy,
  ringTimeoutS: row.ringTimeoutMs / 1000,
  overflowGroupId: row.overflowGroupId,
  memberIds: [...row.memberIds],
});
