import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Person } from '../contracts/identity.js';
import { reconciliationSchema, type Reconciliation } from '../contracts/recordings.js';
import { Database } from '../database/database.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';

@ApiTags('recordings')
@Controller('api/v1/recordings/reconciliation')
export class ReconciliationController {
  constructor(private readonly database: Database) {}

  /** What the last nightly look at calls and files found. */
  @Get()
  @RequireRight('recordings.reconcile')
  @Answers(reconciliationSchema)
  async get(@Asking() { companyId }: Person): Promise<Reconciliation> {
    const [row]: { at: Date; found: Omit<Reconciliation, 'at'> }[] = await this.database.transaction(
      companyId,
      (tx) => tx.query('SELECT at, found FROM recording_reconciliation WHERE company_id = $1', [companyId]),
    );
    if (!row) return { at: null, callsWithoutFile: [], filesWithoutCall: [], truncated: false };
    return { at: row.at.toISOString(), ...row.found };
  }
}
