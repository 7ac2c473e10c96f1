import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Person } from '../contracts/identity.js';
import { companyChange, companySchema } from '../contracts/provisioning.js';
import { Answers } from '../http/answers.js';
import { NotFound } from '../http/problem.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { actorOf, Changes } from './changes.js';
import { Company } from './entities.js';
import { Provisioning } from './provisioning.js';

@ApiTags('company')
@Controller('api/v1/company')
export class CompanyController {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly changes: Changes,
  ) {}

  @Get()
  @RequireRight('provisioning.read')
  @Answers(companySchema)
  get(@Asking() person: Person): z.infer<typeof companySchema> {
    const company = this.provisioning.snapshot.companies.get(person.companyId);
    if (!company) throw new NotFound('company');
    return company;
  }

  @Patch()
  @RequireRight('provisioning.change')
  @Answers(companySchema)
  async change(
    @Asking() person: Person,
    @Body({ schema: companyChange }) fields: z.infer<typeof companyChange>,
  ): Promise<z.infer<typeof companySchema>> {
    const id = person.companyId;
    await this.changes.update(actorOf(person), { what: 'company', id, fields }, Company, fields);
    return this.get(person);
  }
}
