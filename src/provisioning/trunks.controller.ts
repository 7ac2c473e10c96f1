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
import { trunkChange, trunkNew, trunkSchema } from '../contracts/provisioning.js';
import { Answers, AnswersNothing } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { actorOf } from './changes.js';
import type { TrunkConfig } from './config.js';
import { Trunks } from './trunks.js';
import { found, listed } from './listing.js';
import { Provisioning } from './provisioning.js';

type View = z.infer<typeof trunkSchema>;

@ApiTags('trunks')
@Controller('api/v1/trunks')
export class TrunksController {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly trunks: Trunks,
  ) {}

  @Get()
  @RequireRight('provisioning.read')
  @Answers(pageOf(trunkSchema))
  list(@Asking() person: Person, @Query({ schema: pageQuery }) query: PageQuery): Page<View> {
    const { trunks } = this.provisioning.snapshot;
    return listed(trunks.values(), person.companyId, query, (row) => row.name, viewOf);
  }

  @Get(':id')
  @RequireRight('provisioning.read')
  @Answers(trunkSchema)
  get(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): View {
    return this.one(person, id);
  }

  @Post()
  @RequireRight('provisioning.change')
  @Answers(trunkSchema, 201)
  async create(
    @Asking() person: Person,
    @Body({ schema: trunkNew }) fields: z.infer<typeof trunkNew>,
  ): Promise<z.infer<typeof trunkSchema>> {
    return this.one(person, await this.trunks.create(actorOf(person), fields));
  }

  @Patch(':id')
  @RequireRight('provisioning.change')
  @Answers(trunkSchema)
  async change(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: trunkChange }) fields: z.infer<typeof trunkChange>,
  ): Promise<View> {
    await this.trunks.change(actorOf(person), id, fields);
    return this.one(person, id);
  }

  @Delete(':id')
  @RequireRight('provisioning.change')
  @AnswersNothing()
  async remove(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<void> {
    await this.trunks.remove(actorOf(person), id);
  }

  private one(person: Person, id: string): View {
    const { trunks } = this.provisioning.snapshot;
    return viewOf(found(trunks.get(id), person.companyId, 'trunk'));
  }
}

const viewOf = (row: TrunkConfig): View => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  sourceAddresses: [...row.sourceAddresses],
  host: row.host,
  port: row.port,
  transport: row.transport,
  username: row.username,
  hasPassword: row.password !== null,
  callerIdFormat: row.callerIdFormat,
  dialFormat: row.dialFormat,
  outboundProxy: row.outboundProxy,
  enabled: row.enabled,
});
