import { Injectable } from '@nestjs/common';
import { RecordingPauses } from '../calls/recording-pauses.js';
import { AppError } from '../common/app-error.js';
import type { Person } from '../contracts/identity.js';
import { Database } from '../database/database.js';
import { NotFound } from '../http/problem.js';
import { Where } from '../http/where.js';
import { narrowedTo, TOOK_PART } from '../identity/scope.js';
import { Ledger } from '../ledger/ledger.js';
import { MediaServers } from '../media/media-servers.js';
import { RecordingFiles } from '../media/recording-files.js';
import { recordingEntry } from './recording-entry.js';

interface Running {
  clientId: string | null;
  recordingId: string | null;
  paused: boolean;
  /** The channel that is recorded; null once the call is over. */
  leg: string | null;
  path: string | null;
}

/** Pauses and resumes the recording of a call that goes on, wherever it is. */
@Injectable()
export class RecordingControl {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly mediaServers: MediaServers,
    private readonly files: RecordingFiles,
    private readonly pauses: RecordingPauses,
  ) {}

  /**
   * While paused, silence is recorded: times stay what they are. Asking for what is already so changes nothing.
   * @throws NotFound for a call the person may not know of, AppError 409 for one that is not being recorded
   */
  async set(
    person: Person,
    callId: string,
    paused: boolean,
  ): Promise<{ recordingId: string; paused: boolean }> {
    const { companyId } = person;
    const running = await this.running(person, callId);
    const { recordingId, leg, path, clientId } = running;
    if (!recordingId || !leg || !path) throw notRecorded();
    if (running.paused !== paused) {
      if (!(await this.mediaServers.maskRecording(leg, this.files.absolutePath(path), paused)))
        throw notRecorded();
      const kind = paused ? 'recording.paused' : 'recording.resumed';
      const of = { id: recordingId, companyId, callId, clientId };
      await this.ledger.write(recordingEntry(of, kind, {}, `user:${person.id}`));
    }
    await this.pauses.tell(callId, paused);
    return { recordingId, paused };
  }

  private async running(person: Person, callId: string): Promise<Running> {
    const where = new Where()
      .and('c.company_id = ?', person.companyId)
      .and('c.id = ?', callId)
      .and(TOOK_PART, narrowedTo(person));
    const [row]: Running[] = await this.database.transaction(person.companyId, (tx) =>
      tx.query(
        `SELECT c.client_id AS "clientId", r.id AS "recordingId", c.live->>'clientLeg' AS leg, s.path,
           COALESCE(r.pauses @> '[{"to": null}]', false) AS paused
         FROM call c LEFT JOIN recording r ON r.call_id = c.id AND r.state = 'recording' AND r.ended_at IS NULL
         LEFT JOIN recording_segment s ON s.recording_id = r.id AND s.ended_at IS NULL WHERE ${where}`,
        where.values,
      ),
    );
    if (!row) throw new NotFound('call');
    return row;
  }
}

const notRecorded = () =>
  new AppError('not-recorded', 'the call is not being recorded', { httpStatus: 409, blame: 'caller' });
