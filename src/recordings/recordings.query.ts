import { Injectable } from '@nestjs/common';
import { TOOK_PART } from '../calls/calls.query.js';
import type { Person } from '../contracts/identity.js';
import type { Page } from '../contracts/page.js';
import type { RecordingsQuery, RecordingView } from '../contracts/recordings.js';
import { Database } from '../database/database.js';
import { exactTime, pageFrom, readCursor } from '../http/cursor.js';
import { NotFound } from '../http/problem.js';
import { Where } from '../http/where.js';
import { narrowedTo } from '../identity/scope.js';

const SELECT = `SELECT r.id, r.call_id, c.client_id, cl.code, cl.name AS client_name, e.number, e.name AS manager_name,
    r.state, r.path, r.started_at, r.ended_at, r.duration_ms, r.size_bytes, encode(r.sha256, 'hex') AS sha256,
    ${exactTime('r.started_at')} AS position
  FROM recording r JOIN call c ON c.id = r.call_id LEFT JOIN client cl ON cl.id = c.client_id
  LEFT JOIN extension e ON e.id = c.manager_extension_id`;

/** A recording and where its file lies; the path stays inside the server. */
export interface FoundRecording {
  view: RecordingView;
  /** Below RECORDINGS_DIR. */
  path: string;
}

/** Recordings as people may know of them. */
@Injectable()
export class RecordingsQueries {
  constructor(private readonly database: Database) {}

  /** The newest first. */
  async list(person: Person, query: RecordingsQuery): Promise<Page<RecordingView>> {
    const where = new Where()
      .and('r.company_id = ?', person.companyId)
      .and(TOOK_PART, narrowedTo(person))
      .and('r.call_id = ?', query.callId)
      .and('r.state = ?', query.state)
      .andAll('(r.started_at, r.id) < (?::timestamptz, ?::uuid)', readCursor(query.cursor, 'time'));
    const limit = where.place(query.limit + 1);
    const rows: RecordingRow[] = await this.database.transaction(person.companyId, (tx) =>
      tx.query(`${SELECT} WHERE ${where} ORDER BY r.started_at DESC, r.id DESC LIMIT ${limit}`, where.values),
    );
    return pageFrom(rows, query.limit, (row) => [row.position, row.id], viewOf);
  }

  /** @throws NotFound also for a recording that this person may not know of */
  async find(person: Person, id: string): Promise<FoundRecording> {
    const where = new Where()
      .and('r.company_id = ?', person.companyId)
      .and('r.id = ?', id)
      .and(TOOK_PART, narrowedTo(person));
    const [row]: RecordingRow[] = await this.database.transaction(person.companyId, (tx) =>
      tx.query(`${SELECT} WHERE ${where}`, where.values),
    );
    if (!row) throw new NotFound('recording');
    return { view: viewOf(row), path: row.path };
  }
}

interface RecordingRow {
  id: string;
  call_id: string;
  client_id: string | null;
  code: string;
  client_name: string | null;
  number: string | null;
  manager_name: string;
  state: RecordingView['state'];
  path: string;
  started_at: Date;
  ended_at: Date | null;
  duration_ms: number | null;
  /** bigint: a string in JavaScript. */
  size_bytes: string | null;
  sha256: string | null;
  position: string;
}

const viewOf = (row: RecordingRow): RecordingView => ({
  id: row.id,
  callId: row.call_id,
  client: row.client_id === null ? null : { id: row.client_id, code: row.code, name: row.client_name },
  manager: row.number === null ? null : { number: row.number, name: row.manager_name },
  state: row.state,
  startedAt: row.started_at.toISOString(),
  endedAt: row.ended_at?.toISOString() ?? null,
  durationMs: row.duration_ms,
  sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes),
  sha256: row.sha256,
});
