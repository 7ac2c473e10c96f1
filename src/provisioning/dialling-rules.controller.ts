import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Person } from '../contracts/identity.js';
import { diallingRulesChange, diallingRulesSchema } from '../contracts/provisioning.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { actorOf } from './changes.js';
import type { DiallingRulesConfig } from './config.js';
import { DiallingRulesStore } from './dialling-rules.js';
import { Provisioning } from './provisioning.js';

type View = z.infer<typeof diallingRulesSchema>;

@ApiTags('dialling rules')
@Controller('api/v1/dialling-rules')
export class DiallingRulesController {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly rules: DiallingRulesStore,
  ) {}

  @Get()
  @RequireRight('provisioning.read')
  @Answers(diallingRulesSchema)
  get(@Asking() person: Person): View {
    return viewOf(this.provisioning.snapshot.diallingRulesOf(person.companyId));
  }

  @Patch()
  @RequireRight('provisioning.change')
  @Answers(diallingRulesSchema)
  async change(
    @Asking() person: Person,
    @Body({ schema: diallingRulesChange }) fields: z.infer<typeof diallingRulesChange>,
  ): Promise<View> {
    await this.rules.change(actorOf(person), fields);
    return this.get(person);
  }
}

const viewOf = (rules: DiallingRulesConfig): View => ({
  allowedCountries: [...rules.allowedCountries],
  allowedPrefixes: [...rules.allowedPrefixes],
  emergencyNumbers: [...rules.emergencyNumbers],
  callsPerDay: rules.callsPerDay,
  minutesPerDay: rules.minutesPerDay,
  extensionCallsPerDay: rules.extensionCallsPerDay,
  extensionMinutesPerDay: rules.extensionMinutesPerDay,
  defaultNumberId: rules.defaultNumberId,
});
