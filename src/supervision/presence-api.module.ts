import { Module } from '@nestjs/common';
import { PresenceController } from './presence.controller.js';
import { Presences } from './presences.js';

@Module({ controllers: [PresenceController], providers: [Presences] })
export class PresenceApiModule {}
