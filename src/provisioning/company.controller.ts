import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Person } from '../contracts/identity.js';
import { companyChange, companySchema } from '../contracts/provisioning.js';
import { Sealer } from '../common/sealer.js';
import { Answers } from '../http/answers.js';
import { NotFound } from '../http/problem.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { actorOf, Changes } from './changes.js';
import type { CompanyConfig } from './config.js';
import { Company } from './entities.js';
import { Provisioning } from './provisioning.js';
import { secretContext, setOrRemoved } from './secret-context.js';

@ApiTags('company')
@Controller('api/v1/company')
export class CompanyController {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly changes: Changes,
    private readonly sealer: Sealer,
  ) {}

  @Get()
  @RequireRight('provisioning.read')
  @Answers(companySchema)
  get(@Asking() person: Person): z.infer<typeof companySchema> {
    const company = this.provisioning.snapshot.companies.get(person.companyId);
    if (!company) throw new NotFound('company');
    return viewOf(company);
  }

  @Patch()
  @RequireRight('provisioning.change')
  @Answers(companySchema)
  async change(
    @Asking() person: Person,
    @Body({ schema: companyChange }) fields: z.infer<typeof companyChange>,
  ): Promise<z.infer<typeof companySchema>> {
    const id = person.companyId;
    const { callbackPin, ...plain } = fields;
    const shown = { ...plain, ...(callbackPin !== undefined && { callbackPin: setOrRemoved(callbackPin) }) };
    const callbackPinSealed = callbackPin && this.sealer.seal(callbackPin, secretContext.callbackPin(id));
    await this.changes.update(actorOf(person), { what: 'company', id, fields: shown }, Company, {
      ...plain,
      ...(callbackPin !== undefined && { callbackPinSealed: callbackPinSealed || null }),
    });
    return this.get(person);
  }
}

const viewOf = ({ callbackPin, ...row }: CompanyConfig): z.infer<typeof companySchema> => ({
  id: row.id,
  name: row.name,
  country: row.country,
  sipDomain: row.sipDomain,
  revealQuota: row.revealQuota,
  proxyFreshDays: row.proxyFreshDays,
  stickyMinutes: row.stickyMinutes,
  timeZone: row.timeZone,
  recordsInternalCalls: row.recordsInternalCalls,
  keepOriginalRecordings: row.keepOriginalRecordings,
  supervisionTone: row.supervisionTone,
  hasCallbackPin: callbackPin !== null,
});
