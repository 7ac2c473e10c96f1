import { Module } from '@nestjs/common';
import { StandingController } from './standing.controller.js';

/** Wants Location and Trunks (sip.module.ts). */
@Module({ controllers: [StandingController] })
export class StandingApiModule {}
