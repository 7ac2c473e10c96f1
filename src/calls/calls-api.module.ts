import { Module } from '@nestjs/common';
import { CallsController } from './calls.controller.js';
import { CallsQueries } from './calls.query.js';

@Module({ controllers: [CallsController], providers: [CallsQueries] })
export class CallsApiModule {}
