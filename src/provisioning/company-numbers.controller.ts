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
import { companyNumberChange, companyNumberNew, companyNumberSchema } from '../contracts/provisioning.js';
import { Answers, AnswersNothing } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { actorOf } from './changes.js';
import type { CompanyNumberConfig } from './config.js';
import { CompanyNumbers } from './company-numbers.js';
import { found, listed } from './listing.js';
import { Provisioning } from './provisioning.js';

type View = z.infer<typeof companyNumberSchema>;

@ApiTags('company numbers')
@Controller('api/v1/company-numbers')
export class CompanyNumbersController {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly numbers: CompanyNumbers,
  ) {}

  @Get()
  @RequireRight('provisioning.read')
  @Answers(pageOf(companyNumberSchema))
  list(@Asking() person: Person, @Query({ schema: pageQuery }) query: PageQuery): Page<View> {
    const { companyNumbers } = this.provisioning.snapshot;
    return listed(companyNumbers.values(), person.companyId, query, (row) => row.number, viewOf);
  }

  @Get(':id')
  @RequireRight('provisioning.read')
  @Answers(companyNumberSchema)
  get(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): View {
    return this.one(person, id);
  }

  @Post()
  @RequireRight('provisioning.change')
  @Answers(companyNumberSchema, 201)
  async create(
    @Asking() person: Person,
    @Body({ schema: companyNumberNew }) fields: z.infer<typeof companyNumberNew>,
  ): Promise<z.infer<typeof companyNumberSchema>> {
    return this.one(person, await this.numbers.create(actorOf(person), fields));
  }

  @Patch(':id')
  @RequireRight('provisioning.change')
  @Answers(companyNumberSchema)
  async change(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: companyNumberChange }) fields: z.infer<typeof companyNumberChange>,
  ): Promise<View> {
    await this.numbers.change(actorOf(person), id, fields);
    return this.one(person, id);
  }

  @Delete(':id')
  @RequireRight('provisioning.change')
  @AnswersNothing()
  async remove(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<void> {
    await this.numbers.remove(actorOf(person), id);
  }

  private one(person: Person, id: string): View {
    const { companyNumbers } = this.provisioning.snapshot;
    return viewOf(
      found(
        [...companyNumbers.values()].find((row) => row.id === id),
        person.companyId,
        'company number',
      ),
    );
  }
}

const viewOf = (row: CompanyNumberConfig): View => ({
  id: row.id,
  number: row.number,
  name: row.name,
  groupId: row.groupId,
  greeting: row.greeting,
  isProxy: row.isProxy,
  stickyMinutes: row.stickyMinutes,
  announceRecording: row.announceRecording,
});
