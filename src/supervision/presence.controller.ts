import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Person } from '../contracts/identity.js';
import { presenceChange, presenceSchema, type Presence, type PresenceChange } from '../contracts/live.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { Presences } from './presences.js';

@ApiTags('presence')
@Controller('api/v1/me/presence')
export class PresenceController {
  constructor(private readonly presences: Presences) {}

  @Get()
  @RequireRight('own-presence')
  @Answers(presenceSchema)
  get(@Asking() person: Person): Presence {
    return this.presences.of(person);
  }

  @Put()
  @RequireRight('own-presence')
  @Answers(presenceSchema)
  change(
    @Asking() person: Person,
    @Body({ schema: presenceChange }) change: PresenceChange,
  ): Promise<Presence> {
    return this.presences.change(person, change);
  }
}
