import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { FollowUpsQuery, FollowUpView } from '../contracts/follow-ups.js';
import type { Person } from '../contracts/identity.js';
import type { Page } from '../contracts/page.js';
import { Database } from '../database/database.js';
import { exactTime, pageFrom, readCursor } from '../http/cursor.js';
import { NotFound } from '../http/problem.js';
import { Where } from '../http/where.js';
import { narrowedTo, OWED } from '../identity/scope.js';
import { Ledger } from '../ledger/ledger.js';

const SELECT = `SELECT f.id, f.client_id, cl.code, cl.name, e.number, e.name AS owner_name, f.opened_at, f.due_at,
    f.attempts, f.first_call_id, f.last_call_id, f.closed_at, f.closed_by_call_id, f.closing_reason,
    ${exactTime('f.opened_at')} AS position
  FROM follow_up f JOIN client cl ON cl.id = f.client_id LEFT JOIN extension e ON e.id = f.owner_extension_id`;

const ORDER = { newest: { past: '<', sort: 'DESC' }, oldest: { past: '>', sort: 'ASC' } } as const;
const STATES = { open: 'f.closed_at IS NULL', closed: 'f.closed_at IS NOT NULL' };

/** Follow-ups as people may read and close them. */
@Injectable()
export class FollowUpsQueries {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
  ) {}

  async list(person: Person, query: FollowUpsQuery): Promise<Page<FollowUpView>> {
    const { past, sort } = ORDER[query.order];
    const where = new Where()
      .and('f.company_id = ?', person.companyId)
      .andAll(STATES[query.state], [])
      .and(OWED, narrowedTo(person))
      .andAll(`(f.opened_at, f.id) ${past} (?::timestamptz, ?::uuid)`, readCursor(query.cursor, 'time'));
    const limit = where.place(query.limit + 1);
    const rows: FollowUpRow[] = await this.database.transaction(person.companyId, (tx) =>
      tx.query(
        `${SELECT} WHERE ${where} ORDER BY f.opened_at ${sort}, f.id ${sort} LIMIT ${limit}`,
        where.values,
      ),
    );
    return pageFrom(rows, query.limit, (row) => [row.position, row.id], viewOf);
  }

  /** @throws NotFound also for a follow-up that this person may not know of */
  async get(person: Person, id: string): Promise<FollowUpView> {
    return this.database.transaction(person.companyId, (tx) => one(tx, person, id));
  }

  /**
   * Closes without a conversation; the reason stays in the ledger.
   * @throws NotFound; AppError 409 where it is closed already
   */
  async close(person: Person, id: string, reason: string): Promise<FollowUpView> {
    return this.database.transaction(person.companyId, async (tx) => {
      const { client } = await one(tx, person, id);
      const closed: unknown[] = await tx.query(
        `WITH closed AS (UPDATE follow_up SET closed_at = $2, closing_reason = $3
           WHERE id = $1 AND closed_at IS NULL RETURNING id) SELECT id FROM closed`,
        [id, new Date(clock.now()), reason],
      );
      if (closed.length === 0) {
        throw new AppError('already-closed', 'the follow-up is closed already', {
          httpStatus: 409,
          blame: 'caller',
        });
      }
      await this.ledger.append(tx, {
        id: newId(),
        companyId: person.companyId,
        kind: 'follow-up.closed',
        at: clock.iso(),
        actor: `user:${person.id}`,
        clientId: client.id,
        data: { followUpId: id, reason },
      });
      return one(tx, person, id);
    });
  }
}

async function one(tx: EntityManager, person: Person, id: string): Promise<FollowUpView> {
  const where = new Where()
    .and('f.company_id = ?', person.companyId)
    .and('f.id = ?', id)
    .and(OWED, narrowedTo(person));
  const [row]: FollowUpRow[] = await tx.query(`${SELECT} WHERE ${where}`, where.values);
  if (!row) throw new NotFound('follow-up');
  return viewOf(row);
}

interface FollowUpRow {
  id: string;
  client_id: string;
  code: string;
  name: string | null;
  number: string | null;
  owner_name: string;
  opened_at: Date;
  due_at: Date | null;
  attempts: number;
  first_call_id: string;
  last_call_id: string;
  closed_at: Date | null;
  closed_by_call_id: string | null;
  closing_reason: string | null;
  position: string;
}

const viewOf = (row: FollowUpRow): FollowUpView => ({
  id: row.id,
  client: { id: row.client_id, code: row.code, name: row.name },
  owner: row.number === null ? null : { number: row.number, name: row.owner_name },
  openedAt: row.opened_at.toISOString(),
  dueAt: row.due_at?.toISOString() ?? null,
  attempts: row.attempts,
  firstCallId: row.first_call_id,
  lastCallId: row.last_call_id,
  closedAt: row.closed_at?.toISOString() ?? null,
  closedByCallId: row.closed_by_call_id,
  closingReason: row.closing_reason,
});
