import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { Person } from '../contracts/identity.js';
import type { NoteNew, NoteView, RecordingView } from '../contracts/recordings.js';
import { Database } from '../database/database.js';
import { InputError, NotFound } from '../http/problem.js';
import { forbidden, may } from '../identity/rights.js';
import { Ledger } from '../ledger/ledger.js';
import { RecordingsQueries } from './recordings.query.js';

const COLUMNS = `n.id, n.at_ms AS "atMs", n.text, n.author_id AS "authorId", u.email AS author, n.created_at AS "createdAt"`;
const TABLES = 'recording_note n LEFT JOIN user_account u ON u.id = n.author_id';

type Row = Omit<NoteView, 'createdAt'> & { authorId: string | null; createdAt: Date };

/** What people wrote at moments of a recording. The text is not in the ledger: it goes with the recording. */
@Injectable()
export class Notes {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly recordings: RecordingsQueries,
  ) {}

  /** In the order of their moments. @throws NotFound for a recording the person may not know of */
  async list(person: Person, recordingId: string): Promise<{ items: NoteView[] }> {
    await this.recordings.get(person, recordingId);
    const rows: Row[] = await this.database.transaction(person.companyId, (tx) =>
      tx.query(
        `SELECT ${COLUMNS} FROM ${TABLES} WHERE n.recording_id = $1 ORDER BY n.at_ms, n.created_at, n.id`,
        [recordingId],
      ),
    );
    return { items: rows.map(viewOf) };
  }

  /** @throws InputError for a moment past the recording's end, or a recording that has none yet */
  async add(person: Person, recordingId: string, { atMs, text }: NoteNew): Promise<NoteView> {
    const recording = await this.recordings.get(person, recordingId);
    if (recording.state !== 'stored' || atMs > (recording.durationMs ?? 0)) {
      throw new InputError([
        { field: 'atMs', message: `is past the recording’s end (${recording.durationMs ?? 0} ms)` },
      ]);
    }
    const id = newId();
    const createdAt = new Date(clock.now());
    await this.database.transaction(person.companyId, async (tx) => {
      await tx.query(
        `INSERT INTO recording_note (id, company_id, recording_id, at_ms, text, author_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [id, person.companyId, recordingId, atMs, text, person.id, createdAt],
      );
      await this.write(tx, 'recording.noted', person, recording, { noteId: id, atMs });
    });
    return { id, atMs, text, author: person.email, createdAt: createdAt.toISOString() };
  }

  /** One's own; who may delete recordings removes anybody's. @throws NotFound, AppError 403 */
  async remove(person: Person, recordingId: string, noteId: string): Promise<void> {
    const recording = await this.recordings.get(person, recordingId);
    await this.database.transaction(person.companyId, async (tx) => {
      const [note]: { authorId: string | null }[] = await tx.query(
        `SELECT author_id AS "authorId" FROM recording_note WHERE id = $1 AND recording_id = $2 FOR UPDATE`,
        [noteId, recordingId],
      );
      if (!note) throw new NotFound('note');
      if (note.authorId !== person.id && !may(person.role, 'recordings.delete')) {
        throw forbidden('a note is removed by who wrote it, or by an administrator');
      }
      await tx.query('DELETE FROM recording_note WHERE id = $1', [noteId]);
      await this.write(tx, 'recording.note-removed', person, recording, { noteId });
    });
  }

  private async write(
    tx: Parameters<Ledger['append']>[0],
    kind: 'recording.noted' | 'recording.note-removed',
    person: Person,
    { id: recordingId, callId, client }: RecordingView,
    data: { noteId: string; atMs?: number },
  ): Promise<void> {
    await this.ledger.append(tx, {
      id: newId(),
      companyId: person.companyId,
      kind,
      at: clock.iso(),
      actor: `user:${person.id}`,
      callId,
      ...(client && { clientId: client.id }),
      data: { recordingId, ...data },
    });
  }
}

const viewOf = ({ id, atMs, text, author, createdAt }: Row): NoteView => ({
  id,
  atMs,
  text,
  author,
  createdAt: createdAt.toISOString(),
});
