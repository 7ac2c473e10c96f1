import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Person } from '../contracts/identity.js';
import { reconciliationSchema, type Reconciliation } from '../contracts/recordings.js';
import { Database } from '../database/database.js';
import { Answers } from '../http/answers.js';
import { Where } from '../http/where.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { narrowedTo, TOOK_PART } from '../identity/scope.js';

@ApiTags('recordings')
@Controller('api/v1/recordings/reconciliation')
export class ReconciliationController {
  constructor(private readonly database: Database) {}

  /** What the last nightly look at calls and files found; who is set over groups gets their calls alone. */
  @Get()
  @RequireRight('recordings.reconcile')
  @Answers(reconciliationSchema)
  async get(@Asking() person: Person): Promise<Reconciliation> {
    const { companyId } = person;
    const theirs = narrowedTo(person);
    return this.database.transaction(companyId, async (tx) => {
      const [row] = await tx.query<{ at: Date; found: Omit<Reconciliation, 'at'> }[]>(
        'SELECT at, found FROM recording_reconciliation WHERE company_id = $1',
        [companyId],
      );
      if (!row) return { at: null, callsWithoutFile: [], filesWithoutCall: [], truncated: false };
      const found = { at: row.at.toISOString(), ...row.found };
      if (theirs === null) return found;
      const listed = found.callsWithoutFile.map(({ callId }) => callId);
      const where = new Where().and('c.id = ANY(?::uuid[])', listed).and(TOOK_PART, theirs);
      const seen = await tx.query<{ id: string }[]>(`SELECT c.id FROM call c WHERE ${where}`, where.values);
      const ids = new Set(seen.map(({ id }) => id));
      const callsWithoutFile = found.callsWithoutFile.filter(({ callId }) => ids.has(callId));
      return { ...found, callsWithoutFile, filesWithoutCall: [] };
    });
  }
}
