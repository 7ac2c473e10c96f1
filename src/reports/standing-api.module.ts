import { Module } from '@nestjs/common';
import { SipModule } from '../sip/sip.module.js';
import { StandingController } from './standing.controller.js';

@Module({ imports: [SipModule], controllers: [StandingController] })
export class StandingApiModule {}
