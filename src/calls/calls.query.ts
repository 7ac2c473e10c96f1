import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CallDetail, CallsQuery, CallView } from '../contracts/calls.js';
import type { Person } from '../contracts/identity.js';
import type { Page } from '../contracts/page.js';
import { Database } from '../database/database.js';
import { exactTime, pageFrom, readCursor } from '../http/cursor.js';
import { NotFound } from '../http/problem.js';
import { Where } from '../http/where.js';
import { HAD_PARTY, narrowedTo, partiesOf, TOOK_PART } from '../identity/scope.js';

const COLUMNS = `c.id, c.direction, c.company_number, c.caller_kind, c.client_id, cl.code, cl.name AS client_name,
  c.started_at, c.answered_at, c.ended_at, c.outcome, c.ending, c.ended_by, c.cause, c.sip_status,
  e.number AS manager_number, e.name AS manager_name, c.recording_id, ${exactTime('c.started_at')} AS position,
  CASE c.direction WHEN 'internal' THEN (
    SELECT json_build_object('number', rung.number, 'name', rung.name)
      FROM call_leg l JOIN extension rung ON rung.id = l.extension_id
     WHERE l.call_id = c.id ORDER BY l.answered_at, l.started_at, l.id LIMIT 1) END AS colleague`;
const TABLES = `call c LEFT JOIN client cl ON cl.id = c.client_id LEFT JOIN extension e ON e.id = c.manager_extension_id`;

/** Calls as people may read them. */
@Injectable()
export class CallsQueries {
  constructor(private readonly database: Database) {}

  /** The newest first. */
  async list(person: Person, query: CallsQuery): Promise<Page<CallView>> {
    const manager = query.manager && [person.companyId, query.manager];
    const rows: CallRow[] = await this.database.transaction(person.companyId, async (tx) => {
      const where = new Where()
        .and('c.company_id = ?', person.companyId)
        .and(HAD_PARTY, await partiesOf(tx, person))
        .and('c.started_at >= ?', query.from)
        .and('c.started_at < ?', query.to)
        .and('c.direction = ?', query.direction)
        .and('c.outcome = ?', query.outcome)
        .andAll(
          'c.manager_extension_id = (SELECT id FROM extension WHERE company_id = ? AND number = ?)',
          manager || undefined,
        )
        .and('cl.code = ?', query.clientCode)
        .andAll('(c.started_at, c.id) < (?::timestamptz, ?::uuid)', readCursor(query.cursor, 'time'));
      const limit = where.place(query.limit + 1);
      return tx.query(
        `SELECT ${COLUMNS} FROM ${TABLES} WHERE ${where} ORDER BY c.started_at DESC, c.id DESC LIMIT ${limit}`,
        where.values,
      );
    });
    return pageFrom(rows, query.limit, (row) => [row.position, row.id], viewOf);
  }

  /** @throws NotFound also for a call that this person may not know of */
  async get(person: Person, id: string): Promise<CallDetail> {
    const where = new Where()
      .and('c.company_id = ?', person.companyId)
      .and('c.id = ?', id)
      .and(TOOK_PART, narrowedTo(person));
    return this.database.transaction(person.companyId, async (tx) => {
      const [row]: CallRow[] = await tx.query(
        `SELECT ${COLUMNS} FROM ${TABLES} WHERE ${where}`,
        where.values,
      );
      if (!row) throw new NotFound('call');
      return { ...viewOf(row), talks: await talksOf(tx, id), legs: await legsOf(tx, id) };
    });
  }
}

async function talksOf(tx: EntityManager, callId: string): Promise<CallDetail['talks']> {
  const rows: Pick<LegRow, 'started_at' | 'ended_at' | 'number' | 'name'>[] = await tx.query(
    `SELECT t.started_at, t.ended_at, e.number, e.name
       FROM talk t LEFT JOIN extension e ON e.id = t.extension_id
      WHERE t.call_id = $1 ORDER BY t.started_at, t.id`,
    [callId],
  );
  return rows.map((row) => ({
    extension: row.number === null ? null : { number: row.number, name: row.name },
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  }));
}

async function legsOf(tx: EntityManager, callId: string): Promise<CallDetail['legs']> {
  const rows: LegRow[] = await tx.query(
    `SELECT l.via, l.started_at, l.answered_at, l.ended_at, l.sip_status, l.cause, e.number, e.name
       FROM call_leg l LEFT JOIN extension e ON e.id = l.extension_id
      WHERE l.call_id = $1 ORDER BY l.started_at, l.id`,
    [callId],
  );
  return rows.map((row) => ({
    extension: row.number === null ? null : { number: row.number, name: row.name },
    via: row.via,
    startedAt: row.started_at.toISOString(),
    answeredAt: row.answered_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    sipStatus: row.sip_status,
    cause: row.cause,
  }));
}

interface LegRow {
  via: 'device' | 'mobile';
  started_at: Date;
  answered_at: Date | null;
  ended_at: Date | null;
  sip_status: number | null;
  cause: number | null;
  number: string | null;
  name: string;
}

interface CallRow {
  id: string;
  direction: CallView['direction'];
  company_number: string | null;
  caller_kind: CallView['callerKind'];
  client_id: string | null;
  code: string;
  client_name: string | null;
  started_at: Date;
  answered_at: Date | null;
  ended_at: Date | null;
  outcome: CallView['outcome'];
  ending: string | null;
  ended_by: string | null;
  cause: number | null;
  sip_status: number | null;
  manager_number: string | null;
  manager_name: string;
  recording_id: string | null;
  colleague: CallView['colleague'];
  position: string;
}

const viewOf = (row: CallRow): CallView => ({
  id: row.id,
  direction: row.direction,
  companyNumber: row.company_number,
  callerKind: row.caller_kind,
  client: row.client_id === null ? null : { id: row.client_id, code: row.code, name: row.client_name },
  startedAt: row.started_at.toISOString(),
  answeredAt: row.answered_at?.toISOString() ?? null,
  endedAt: row.ended_at?.toISOString() ?? null,
  outcome: row.outcome,
  ending: row.ending,
  endedBy: row.ended_by,
  cause: row.cause,
  sipStatus: row.sip_status,
  manager: row.manager_number === null ? null : { number: row.manager_number, name: row.manager_name },
  colleague: row.colleague,
  recordingId: row.recording_id,
});
