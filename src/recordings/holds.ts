import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { Person } from '../contracts/identity.js';
import type { Page, PageQuery } from '../contracts/page.js';
import type { holdNew, HoldView } from '../contracts/recordings.js';
import { Database } from '../database/database.js';
import { exactTime, pageFrom, readCursor } from '../http/cursor.js';
import { InputError, NotFound } from '../http/problem.js';
import { Where } from '../http/where.js';
import { Ledger } from '../ledger/ledger.js';
import { lockHolds } from './hold-lock.js';

const SELECT = `SELECT h.*, cl.code, cl.name AS client_name, ${exactTime('h.placed_at')} AS position
  FROM recording_hold h LEFT JOIN client cl ON cl.id = h.client_id`;

const UNKNOWN = { call: 'is no call of this company', client: 'is no client of this company' };

/** Legal holds: what they name is not deleted, by retention or by anybody, until they are lifted. */
@Injectable()
export class Holds {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
  ) {}

  /** The newest first, lifted ones too. */
  async list({ companyId }: Person, query: PageQuery): Promise<Page<HoldView>> {
    const where = new Where()
      .and('h.company_id = ?', companyId)
      .andAll('(h.placed_at, h.id) < (?::timestamptz, ?::uuid)', readCursor(query.cursor, 'time'));
    const limit = where.place(query.limit + 1);
    const rows: HoldRow[] = await this.database.transaction(companyId, (tx) =>
      tx.query(`${SELECT} WHERE ${where} ORDER BY h.placed_at DESC, h.id DESC LIMIT ${limit}`, where.values),
    );
    return pageFrom(rows, query.limit, (row) => [row.position, row.id], viewOf);
  }

  /** @throws InputError for a call or client that the company has not */
  async place(person: Person, { callId, clientId, reason }: z.infer<typeof holdNew>): Promise<HoldView> {
    const id = newId();
    return this.changing(person, async (tx) => {
      const [table, named] =
        callId === undefined ? (['client', clientId] as const) : (['call', callId] as const);
      const [known]: unknown[] = await tx.query(`SELECT FROM ${table} WHERE id = $1`, [named]);
      if (!known) throw new InputError([{ field: `${table}Id`, message: UNKNOWN[table] }]);
      await tx.query(
        `INSERT INTO recording_hold (id, company_id, call_id, client_id, reason, placed_by, placed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [id, person.companyId, callId ?? null, clientId ?? null, reason, person.email, clock.iso()],
      );
      return this.written(tx, 'recording.held', person, id, reason);
    });
  }

  /** @throws NotFound, AppError 409 for one that is lifted already */
  async lift(person: Person, id: string, reason: string): Promise<HoldView> {
    return this.changing(person, async (tx) => {
      const [, lifted] = await tx.query<[unknown[], number]>(
        `UPDATE recording_hold SET lifted_by = $2, lifted_at = $3, lifting_reason = $4
         WHERE id = $1 AND lifted_at IS NULL`,
        [id, person.email, clock.iso(), reason],
      );
      const view = await this.written(tx, 'recording.released', person, id, reason);
      if (lifted === 0)
        throw new AppError('lifted-already', 'the hold is lifted already', { httpStatus: 409 });
      return view;
    });
  }

  /** No recording is deleted while holds change. */
  private changing(person: Person, run: (tx: EntityManager) => Promise<HoldView>): Promise<HoldView> {
    return this.database.transaction(person.companyId, async (tx) => {
      await lockHolds(tx, person.companyId);
      return run(tx);
    });
  }

  private async written(
    tx: EntityManager,
    kind: 'recording.held' | 'recording.released',
    { id: userId, companyId }: Person,
    id: string,
    reason: string,
  ): Promise<HoldView> {
    const [row]: HoldRow[] = await tx.query(`${SELECT} WHERE h.id = $1`, [id]);
    if (!row) throw new NotFound('legal hold');
    await this.ledger.append(tx, {
      id: newId(),
      companyId,
      kind,
      at: clock.iso(),
      actor: `user:${userId}`,
      ...(row.call_id && { callId: row.call_id }),
      ...(row.client_id && { clientId: row.client_id }),
      data: { holdId: id, reason },
    });
    return viewOf(row);
  }
}

interface HoldRow {
  id: string;
  call_id: string | null;
  client_id: string | null;
  code: string;
  client_name: string | null;
  reason: string;
  placed_by: string;
  placed_at: Date;
  lifted_by: string;
  lifted_at: Date | null;
  lifting_reason: string;
  position: string;
}

const viewOf = (row: HoldRow): HoldView => ({
  id: row.id,
  callId: row.call_id,
  client: row.client_id === null ? null : { id: row.client_id, code: row.code, name: row.client_name },
  reason: row.reason,
  placedBy: row.placed_by,
  placedAt: row.placed_at.toISOString(),
  lifted: row.lifted_at && { by: row.lifted_by, at: row.lifted_at.toISOString(), reason: row.lifting_reason },
});
