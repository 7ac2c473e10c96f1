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
import {
  extensionChange,
  extensionNew,
  extensionSchema,
  extensionWithPassword,
} from '../contracts/provisioning.js';
import { Answers, AnswersNothing } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { actorOf } from './changes.js';
import type { ExtensionConfig } from './config.js';
import { Extensions } from './extensions.js';
import { found, listed } from './listing.js';
import { Provisioning } from './provisioning.js';

type View = z.infer<typeof extensionSchema>;

@ApiTags('extensions')
@Controller('api/v1/extensions')
export class ExtensionsController {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly extensions: Extensions,
  ) {}

  @Get()
  @RequireRight('provisioning.read')
  @Answers(pageOf(extensionSchema))
  list(@Asking() person: Person, @Query({ schema: pageQuery }) query: PageQuery): Page<View> {
    const { extensions } = this.provisioning.snapshot;
    return listed(extensions.values(), person.companyId, query, (row) => row.number, viewOf);
  }

  @Get(':id')
  @RequireRight('provisioning.read')
  @Answers(extensionSchema)
  get(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): View {
    return this.one(person, id);
  }

  @Post()
  @RequireRight('provisioning.change')
  @Answers(extensionWithPassword, 201)
  async create(
    @Asking() person: Person,
    @Body({ schema: extensionNew }) fields: z.infer<typeof extensionNew>,
  ): Promise<z.infer<typeof extensionWithPassword>> {
    const { id, sipPassword } = await this.extensions.create(actorOf(person), fields);
    return { ...this.one(person, id), sipPassword };
  }

  @Patch(':id')
  @RequireRight('provisioning.change')
  @Answers(extensionSchema)
  async change(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: extensionChange }) fields: z.infer<typeof extensionChange>,
  ): Promise<View> {
    await this.extensions.change(actorOf(person), id, fields);
    return this.one(person, id);
  }

  /** The SIP password anew; phones with the old one are refused from then on. */
  @Post(':id/sip-password')
  @RequireRight('provisioning.change')
  @Answers(extensionWithPassword, 201)
  async renewPassword(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
  ): Promise<z.infer<typeof extensionWithPassword>> {
    const view = this.one(person, id);
    return { ...view, sipPassword: await this.extensions.renewPassword(actorOf(person), id) };
  }

  @Delete(':id')
  @RequireRight('provisioning.change')
  @AnswersNothing()
  async remove(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<void> {
    await this.extensions.remove(actorOf(person), id);
  }

  private one(person: Person, id: string): View {
    const { extensions } = this.provisioning.snapshot;
    return viewOf(found(extensions.get(id), person.companyId, 'extension'));
  }
}

const viewOf = (row: ExtensionConfig): View => ({
  id: row.id,
  number: row.number,
  name: row.name,
  maxDevices: row.maxDevices,
  mobile: row.mobile && String(row.mobile.number),
  mobileMode: row.mobileMode,
  mobileDelayS: row.mobileDelayMs / 1000,
  dialsNumbers: row.dialsNumbers,
});
