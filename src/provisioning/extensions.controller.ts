import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Person } from '../contracts/identity.js';
import { idParameter, type IdParameter } from '../contracts/page.js';
import {
  extensionChange,
  extensionNew,
  extensionSchema,
  extensionWithPassword,
} from '../contracts/provisioning.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { actorOf } from './changes.js';
import type { ExtensionConfig } from './config.js';
import { Extensions } from './extensions.js';
import { provisioned } from './provisioned.controller.js';
import { Provisioning } from './provisioning.js';

type WithPassword = z.infer<typeof extensionWithPassword>;

const viewOf = (row: ExtensionConfig): z.infer<typeof extensionSchema> => ({
  id: row.id,
  number: row.number,
  name: row.name,
  maxDevices: row.maxDevices,
  mobile: row.mobile && String(row.mobile.number),
  mobileMode: row.mobileMode,
  mobileDelayS: row.mobileDelayMs / 1000,
  dialsNumbers: row.dialsNumbers,
  language: row.language,
});

@ApiTags('extensions')
@Controller('api/v1/extensions')
export class ExtensionsController extends provisioned({
  kind: 'extension',
  view: extensionSchema,
  fresh: extensionNew,
  change: extensionChange,
  rows: ({ extensions }) => extensions.values(),
  order: (row) => row.number,
  viewOf,
}) {
  constructor(
    provisioning: Provisioning,
    private readonly extensions: Extensions,
  ) {
    super(provisioning, extensions);
  }

  /** Its SIP password is shown this once. */
  @Post()
  @RequireRight('provisioning.change')
  @Answers(extensionWithPassword, 201)
  override async create(
    @Asking() person: Person,
    @Body({ schema: extensionNew }) fields: z.infer<typeof extensionNew>,
  ): Promise<WithPassword> {
    return this.withPassword(person, await this.extensions.create(actorOf(person), fields));
  }

  /** The SIP password anew; phones with the old one are refused from then on. */
  @Post(':id/sip-password')
  @RequireRight('provisioning.change')
  @Answers(extensionWithPassword, 201)
  async renewPassword(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
  ): Promise<WithPassword> {
    this.one(person, id);
    await this.extensions.renewPassword(actorOf(person), id);
    return this.withPassword(person, id);
  }

  private withPassword(person: Person, id: string): WithPassword {
    const row = this.one(person, id);
    return { ...viewOf(row), sipPassword: row.sipPassword };
  }
}
