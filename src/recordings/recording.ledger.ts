import { Injectable } from '@nestjs/common';
import { IsNull, type EntityManager } from 'typeorm';
import { Call } from '../calls/call.entity.js';
import type { AnsweredData, EndedData } from '../calls/call-ledger.js';
import type { Segment } from '../calls/segment.js';
import { allEnded } from '../common/all-ended.js';
import { newId } from '../common/ids.js';
import { Outbox } from '../jobs/outbox.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerWrite } from '../ledger/ledger-write.js';
import { RecordingRule } from '../provisioning/entities.js';
import { Recording, RecordingSegment, type Pause } from './recording.entity.js';

/** What is asked of a call's row. */
const CALL = {
  id: true,
  clientId: true,
  direction: true,
  managerExtensionId: true,
  outcome: true,
  endedAt: true,
} as const;
/** The media server closes the file when its leg ends, which is while the call's end is being written. */
const CLOSING_MS = 2_000;
const DAY_MS = 24 * 3600_000;

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
    const {
      recordingId,
      recordingPath,
      ruleId = null,
      retentionDays = null,
    } = write.data as unknown as Segment;
    const { callId, companyId } = write;
    if (!recordingId || !recordingPath) return; // by the company's rules
    const startedAt = new Date(write.at);
    const [known, call, rule] = await allEnded([
      tx.findOne(Recording, { select: { id: true }, where: { callId } }),
      tx.findOneOrFail(Call, { select: CALL, where: { id: callId } }),
      ruleId === null
        ? undefined
        : tx.findOne(RecordingRule, { select: { id: true }, where: { id: ruleId } }),
    ]);
    if (!known) {
      await tx.insert(Recording, {
        id: recordingId,
        companyId,
        callId: call.id,
        state: 'recording',
        startedAt,
        clientId: call.clientId,
        managerExtensionId: (write.data as unknown as AnsweredData).extensionId ?? call.managerExtensionId,
        direction: call.direction,
        ruleId: rule?.id ?? null, // it may have been removed while its calls go on
        retentionDays,
      });
    }
    // The segment before ended where this one begins.
    await tx.query(
      `WITH before AS (UPDATE recording_segment SET ended_at = $5 WHERE recording_id = $3 AND ended_at IS NULL)
       INSERT INTO recording_segment (id, company_id, recording_id, path, started_at) VALUES ($1, $2, $3, $4, $5)`,
      [newId(), companyId, known?.id ?? recordingId, recordingPath, startedAt],
    );
    // Who hangs up while the parties are being joined ends the call before this is written.
    if (call.endedAt) await this.ended(tx, write);
  }

  private async ended(tx: EntityManager, write: LedgerWrite): Promise<void> {
    const { callId, companyId } = write;
    const [recording, call] = await allEnded([
      tx.findOne(Recording, {
        select: { id: true, retentionDays: true, pauses: true },
        where: { callId, state: 'recording' },
      }),
      tx.findOne(Call, { select: CALL, where: { id: callId } }),
    ]);
    if (!recording || !call) return;
    const { id, retentionDays } = recording;
    const endedAt = new Date(write.at);
    await allEnded([
      tx.update(RecordingSegment, { recordingId: id, endedAt: IsNull() }, { endedAt }),
      tx.update(
        Recording,
        { id },
        {
          endedAt,
          managerExtensionId: call.managerExtensionId,
          outcome: (write.data as unknown as Partial<EndedData>).outcome ?? call.outcome,
          pauses: closed(recording.pauses, write.at),
          deleteAfter: retentionDays === null ? null : new Date(endedAt.getTime() + retentionDays * DAY_MS),
        },
      ),
      this.outbox.add(tx, {
        companyId,
        kind: 'recording.check',
        payload: { recordingId: id },
        runAt: new Date(endedAt.getTime() + CLOSING_MS),
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
