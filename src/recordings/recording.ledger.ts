import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AnsweredData, EndedData } from '../calls/call-ledger.js';
import type { Segment } from '../calls/segment.js';
import { allEnded } from '../common/all-ended.js';
import { newId } from '../common/ids.js';
import { Outbox } from '../jobs/outbox.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerWrite } from '../ledger/ledger-write.js';
import { Recording, type Pause } from './recording.entity.js';

/** The media server closes the file when its leg ends, which is while the call's end is being written. */
const CLOSING_MS = 2_000;

/**
 * Follows a call's recording: known from the answer on, a segment more after the loss of a
 * media server, checked by a job after the end.
 */
@Injectable()
export class RecordingLedger {
  constructor(
    ledger: Ledger,
    private readonly outbox: Outbox,
  ) {
    ledger.project('call.answered', (tx, write) => this.begun(tx, write));
    ledger.project('call.rejoined', (tx, write) => this.begun(tx, write));
    ledger.project('call.ended', (tx, write) => this.ended(tx, write));
    ledger.project('recording.paused', (tx, write) => this.paused(tx, write));
    ledger.project('recording.resumed', (tx, write) => this.resumed(tx, write));
  }

  private async begun(tx: EntityManager, write: LedgerWrite): Promise<void> {
    const { recordingId, recordingPath, ruleId, retentionDays, extensionId } =
      write.data as unknown as Segment & Partial<AnsweredData>;
    if (!recordingId || !recordingPath) return; // by the company's rules
    // The segment before ended where this one begins; the rule may have been removed while its calls go on.
    const [row] = await tx.query<{ isOver: boolean }[]>(
      `WITH known AS (SELECT id FROM recording WHERE call_id = $1),
         made AS (
           INSERT INTO recording (id, company_id, call_id, state, started_at, client_id, manager_extension_id,
             direction, rule_id, retention_days)
           SELECT $2, c.company_id, c.id, 'recording', $3, c.client_id, coalesce($4, c.manager_extension_id),
             c.direction, (SELECT id FROM recording_rule WHERE id = $5), $6
           FROM call c WHERE c.id = $1 AND NOT EXISTS (SELECT FROM known)
           RETURNING id),
         before AS (
           UPDATE recording_segment SET ended_at = $3
           WHERE recording_id = (SELECT id FROM known) AND ended_at IS NULL)
       INSERT INTO recording_segment (id, company_id, recording_id, path, started_at)
       SELECT $7, company_id, coalesce((SELECT id FROM known), (SELECT id FROM made)), $8, $3 FROM call WHERE id = $1
       RETURNING (SELECT ended_at IS NOT NULL FROM call WHERE id = $1) AS "isOver"`,
      [
        write.callId,
        recordingId,
        write.at,
        extensionId ?? null,
        ruleId ?? null,
        retentionDays ?? null,
        newId(),
        recordingPath,
      ],
    );
    // Who hangs up while the parties are being joined ends the call before this is written.
    if (row?.isOver) await this.ended(tx, write);
  }

  private async ended(tx: EntityManager, { companyId, callId, at, data }: LedgerWrite): Promise<void> {
    const { outcome } = data as unknown as Partial<EndedData>;
    const [[recording]] = await tx.query<[{ id: string; pauses: Pause[] }[], number]>(
      `UPDATE recording r
       SET ended_at = $2, manager_extension_id = c.manager_extension_id, outcome = coalesce($3, c.outcome),
         delete_after = $2::timestamptz + make_interval(days => r.retention_days)
       FROM call c WHERE c.id = r.call_id AND r.call_id = $1 AND r.state = 'recording' RETURNING r.id, r.pauses`,
      [callId, at, outcome ?? null],
    );
    if (!recording) return;
    const { id, pauses } = recording;
    await allEnded([
      tx.query('UPDATE recording_segment SET ended_at = $2 WHERE recording_id = $1 AND ended_at IS NULL', [
        id,
        at,
      ]),
      pauses.length > 0 && tx.update(Recording, { id }, { pauses: closed(pauses, at) }),
      this.outbox.add(tx, {
        companyId,
        kind: 'recording.check',
        payload: { recordingId: id },
        runAt: new Date(Date.parse(at) + CLOSING_MS),
      }),
    ]);
  }

  private async paused(tx: EntityManager, { callId, at }: LedgerWrite): Promise<void> {
    const recording = await tx.findOneBy(Recording, { callId });
    if (!recording || recording.pauses.some(({ to }) => to === null)) return;
    await tx.update(
      Recording,
      { id: recording.id },
      { pauses: [...recording.pauses, { from: at, to: null }] },
    );
  }

  private async resumed(tx: EntityManager, { callId, at }: LedgerWrite): Promise<void> {
    const recording = await tx.findOneBy(Recording, { callId });
    if (!recording) return;
    await tx.update(Recording, { id: recording.id }, { pauses: closed(recording.pauses, at) });
  }
}

const closed = (pauses: Pause[], at: string): Pause[] =>
  pauses.map(({ from, to }) => ({ from, to: to ?? at }));
