import { Module } from '@nestjs/common';
import { LedgerController } from './ledger.controller.js';
import { LedgerQueries } from './ledger.query.js';

@Module({ controllers: [LedgerController], providers: [LedgerQueries] })
export class LedgerApiModule {}
