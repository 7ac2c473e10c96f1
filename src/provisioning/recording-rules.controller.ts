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
import { recordingRuleChange, recordingRuleNew, recordingRuleSchema } from '../contracts/recordings.js';
import { Answers, AnswersNothing } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { actorOf } from './changes.js';
import type { RecordingRuleConfig } from './config.js';
import { found, listed } from './listing.js';
import { Provisioning } from './provisioning.js';
import { RecordingRules } from './recording-rules.js';

type View = z.infer<typeof recordingRuleSchema>;

@ApiTags('recording rules')
@Controller('api/v1/recording-rules')
export class RecordingRulesController {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly rules: RecordingRules,
  ) {}

  /** In the order in which they are asked. */
  @Get()
  @RequireRight('provisioning.read')
  @Answers(pageOf(recordingRuleSchema))
  list(@Asking() person: Person, @Query({ schema: pageQuery }) query: PageQuery): Page<View> {
    const { recordingRules } = this.provisioning.snapshot;
    const place = (row: RecordingRuleConfig) => String(row.position).padStart(6, '0');
    return listed(recordingRules.values(), person.companyId, query, place, viewOf);
  }

  @Get(':id')
  @RequireRight('provisioning.read')
  @Answers(recordingRuleSchema)
  get(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): View {
    return this.one(person, id);
  }

  @Post()
  @RequireRight('provisioning.change')
  @Answers(recordingRuleSchema, 201)
  async create(
    @Asking() person: Person,
    @Body({ schema: recordingRuleNew }) fields: z.infer<typeof recordingRuleNew>,
  ): Promise<z.infer<typeof recordingRuleSchema>> {
    return this.one(person, await this.rules.create(actorOf(person), fields));
  }

  @Patch(':id')
  @RequireRight('provisioning.change')
  @Answers(recordingRuleSchema)
  async change(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: recordingRuleChange }) fields: z.infer<typeof recordingRuleChange>,
  ): Promise<View> {
    await this.rules.change(actorOf(person), id, fields);
    return this.one(person, id);
  }

  @Delete(':id')
  @RequireRight('provisioning.change')
  @AnswersNothing()
  async remove(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<void> {
    await this.rules.remove(actorOf(person), id);
  }

  private one(person: Person, id: string): View {
    return viewOf(
      found(this.provisioning.snapshot.recordingRules.get(id), person.companyId, 'recording rule'),
    );
  }
}

const viewOf = (row: RecordingRuleConfig): View => ({
  id: row.id,
  position: row.position,
  name: row.name,
  companyNumberId: row.companyNumberId,
  direction: row.direction,
  extensionId: row.extensionId,
  sharePercent: row.sharePercent,
  retentionDays: row.retentionDays,
});
