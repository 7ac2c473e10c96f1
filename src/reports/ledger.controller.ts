import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Person } from '../contracts/identity.js';
import {
  ledgerEntrySchema,
  ledgerQuery,
  type LedgerEntryView,
  type LedgerQuery,
} from '../contracts/ledger.js';
import { pageOf, type Page } from '../contracts/page.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { LedgerQueries } from './ledger.query.js';

@ApiTags('ledger')
@Controller('api/v1/ledger')
export class LedgerController {
  constructor(private readonly ledger: LedgerQueries) {}

  @Get()
  @RequireRight('ledger.read')
  @Answers(pageOf(ledgerEntrySchema))
  list(
    @Asking() person: Person,
    @Query({ schema: ledgerQuery }) query: LedgerQuery,
  ): Promise<Page<LedgerEntryView>> {
    return this.ledger.list(person, query);
  }
}
