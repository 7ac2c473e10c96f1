import { Injectable } from '@nestjs/common';
import type { Person } from '../contracts/identity.js';
import type { Page } from '../contracts/page.js';
import type { PeaksView, RecordingsQuery, RecordingView } from '../contracts/recordings.js';
import { Database } from '../database/database.js';
import { exactTime, pageFrom, readCursor } from '../http/cursor.js';
import { NotFound } from '../http/problem.js';
import { Where } from '../http/where.js';
import { HAD_PARTY, narrowedTo, partiesOf, TOOK_PART } from '../identity/scope.js';
import { RecordingFile, type Pause } from './recording.entity.js';
import { peaksOf } from './sound-meter.js';

/** SQL for whether a legal hold keeps a recording. `r` is the recording. */
export const ON_HOLD = `EXISTS (SELECT FROM recording_hold h WHERE h.lifted_at IS NULL AND h.call_id = r.call_id)
  OR EXISTS (SELECT FROM recording_hold h WHERE h.lifted_at IS NULL AND h.client_id = r.client_id)`;

const COLUMNS = `r.id, r.call_id, r.direction, c.company_number, r.outcome, r.client_id, cl.code, cl.name AS client_name,
    e.number, e.name AS manager_name, r.state, r.started_at, r.ended_at, r.duration_ms, r.size_bytes,
    encode(r.sha256, 'hex') AS sha256, r.silent, r.missing_ms, r.pauses, r.delete_after, (${ON_HOLD}) AS on_hold,
    r.deleted_at, r.deleted_by, r.deletion_reason, ${exactTime('r.started_at')} AS position,
    ARRAY(SELECT f.form FROM recording_file f WHERE f.recording_id = r.id ORDER BY f.form DESC) AS forms,
    ARRAY(SELECT json_build_object('startedAt', s.started_at, 'offsetMs', s.offset_ms, 'durationMs', s.duration_ms)
      FROM recording_segment s WHERE s.recording_id = r.id AND s.offset_ms IS NOT NULL ORDER BY s.offset_ms) AS segments`;
const TABLES = `recording r JOIN call c ON c.id = r.call_id LEFT JOIN client cl ON cl.id = r.client_id
  LEFT JOIN extension e ON e.id = r.manager_extension_id`;

/** Recordings as people may know of them. */
@Injectable()
export class RecordingsQueries {
  constructor(private readonly database: Database) {}

  /** The newest first. */
  async list(person: Person, query: RecordingsQuery): Promise<Page<RecordingView>> {
    const { companyId } = person;
    const among = (table: string, column: string, value: string | undefined) =>
      [
        `= (SELECT id FROM ${table} WHERE company_id = ? AND ${column} = ?)`,
        value && [companyId, value],
      ] as const;
    const [ofManager, manager] = among('extension', 'number', query.manager);
    const [ofClient, client] = among('client', 'code', query.clientCode);
    const rows: RecordingRow[] = await this.database.transaction(companyId, async (tx) => {
      const where = new Where()
        .and('r.company_id = ?', companyId)
        .and(HAD_PARTY, await partiesOf(tx, person))
        .and('r.started_at >= ?', query.from)
        .and('r.started_at < ?', query.to)
        .and('r.direction = ?', query.direction)
        .and('r.outcome = ?', query.outcome)
        .andAll(`r.manager_extension_id ${ofManager}`, manager || undefined)
        .andAll(`r.client_id ${ofClient}`, client || undefined)
        .and('r.duration_ms >= ?', query.minSeconds && query.minSeconds * 1000)
        .and('r.duration_ms <= ?', query.maxSeconds === undefined ? undefined : query.maxSeconds * 1000)
        .and('r.call_id = ?', query.callId)
        .and('r.state = ?', query.state)
        .andAll('(r.started_at, r.id) < (?::timestamptz, ?::uuid)', readCursor(query.cursor, 'time'));
      const limit = where.place(query.limit + 1);
      return tx.query(
        `SELECT ${COLUMNS} FROM ${TABLES} WHERE ${where} ORDER BY r.started_at DESC, r.id DESC LIMIT ${limit}`,
        where.values,
      );
    });
    return pageFrom(rows, query.limit, (row) => [row.position, row.id], viewOf);
  }

  /** @throws NotFound also for a recording that this person may not know of */
  async get(person: Person, id: string): Promise<RecordingView> {
    const where = new Where()
      .and('r.company_id = ?', person.companyId)
      .and('r.id = ?', id)
      .and(TOOK_PART, narrowedTo(person));
    const [row]: RecordingRow[] = await this.database.transaction(person.companyId, (tx) =>
      tx.query(`SELECT ${COLUMNS} FROM ${TABLES} WHERE ${where}`, where.values),
    );
    if (!row) throw new NotFound('recording');
    return viewOf(row);
  }

  /** The sealed files of a recording that the person is known to may have. */
  files({ companyId }: Person, recordingId: string): Promise<RecordingFile[]> {
    return this.database.transaction(companyId, (tx) => tx.findBy(RecordingFile, { recordingId }));
  }

  /** @throws NotFound where there are none */
  async peaks(person: Person, id: string): Promise<PeaksView> {
    const { durationMs } = await this.get(person, id);
    const [row]: { peaks: Buffer | null }[] = await this.database.transaction(person.companyId, (tx) =>
      tx.query('SELECT peaks FROM recording WHERE id = $1', [id]),
    );
    if (!row?.peaks || durationMs === null) throw new NotFound('waveform of the recording');
    return { durationMs, ...peaksOf(row.peaks) };
  }
}

interface RecordingRow {
  id: string;
  call_id: string;
  direction: RecordingView['direction'];
  company_number: string | null;
  outcome: RecordingView['outcome'];
  client_id: string | null;
  code: string;
  client_name: string | null;
  number: string | null;
  manager_name: string;
  state: RecordingView['state'];
  started_at: Date;
  ended_at: Date | null;
  duration_ms: number | null;
  /** bigint: a string in JavaScript. */
  size_bytes: string | null;
  sha256: string | null;
  silent: RecordingView['silent'];
  missing_ms: number | null;
  pauses: Pause[];
  delete_after: Date | null;
  on_hold: boolean;
  deleted_at: Date | null;
  deleted_by: string;
  deletion_reason: string;
  position: string;
  forms: RecordingView['forms'];
  segments: { startedAt: string; offsetMs: number; durationMs: number }[];
}

const viewOf = (row: RecordingRow): RecordingView => ({
  id: row.id,
  callId: row.call_id,
  direction: row.direction,
  companyNumber: row.company_number,
  outcome: row.outcome,
  client: row.client_id === null ? null : { id: row.client_id, code: row.code, name: row.client_name },
  manager: row.number === null ? null : { number: row.number, name: row.manager_name },
  state: row.state,
  startedAt: row.started_at.toISOString(),
  endedAt: row.ended_at?.toISOString() ?? null,
  durationMs: row.duration_ms,
  sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes),
  sha256: row.sha256,
  forms: row.forms,
  silent: row.silent,
  missingMs: row.missing_ms,
  segments: row.segments.map((one) => ({ ...one, startedAt: new Date(one.startedAt).toISOString() })),
  pauses: row.pauses.map(({ from, to }) => ({
    fromMs: sinceStart(row, from),
    toMs: to === null ? null : sinceStart(row, to),
  })),
  deleteAfter: row.delete_after?.toISOString() ?? null,
  onHold: row.on_hold,
  deleted: row.deleted_at && {
    at: row.deleted_at.toISOString(),
    by: row.deleted_by,
    reason: row.deletion_reason,
  },
});

const sinceStart = ({ started_at }: RecordingRow, at: string): number =>
  Math.max(0, Date.parse(at) - started_at.getTime());
