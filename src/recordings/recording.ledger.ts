import { Injectable } from '@nestjs/common';
import { IsNull, Not, type EntityManager } from 'typeorm';
import { Call } from '../calls/call.entity.js';
import type { Segment } from '../calls/call-ledger.js';
import { Outbox } from '../jobs/outbox.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerWrite } from '../ledger/ledger-write.js';
import { Recording } from './recording.entity.js';

/** The media server closes the file when its leg ends, which is while the call's end is being written. */
const CLOSING_MS = 2_000;

/**
 * Follows a call's recording: known from the answer on, a segment more after the loss of a
 * media server, each checked by a job after the end.
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
  }

  private async begun(tx: EntityManager, write: LedgerWrite): Promise<void> {
    const { recordingId, recordingPath } = write.data as unknown as Segment;
    // The segment before ended where this one begins.
    await tx.update(Recording, { callId: write.callId, endedAt: IsNull() }, { endedAt: new Date(write.at) });
    await tx.insert(Recording, {
      id: recordingId,
      companyId: write.companyId,
      callId: write.callId,
      path: recordingPath,
      state: 'recording',
      startedAt: new Date(write.at),
    });
    // Who hangs up while the parties are being joined ends the call before this is written.
    if (await tx.existsBy(Call, { id: write.callId, endedAt: Not(IsNull()) })) await this.ended(tx, write);
  }

  private async ended(tx: EntityManager, write: LedgerWrite): Promise<void> {
    for (const { id } of await tx.findBy(Recording, { callId: write.callId, state: 'recording' })) {
      await tx.update(Recording, { id, endedAt: IsNull() }, { endedAt: new Date(write.at) });
      await this.outbox.add(tx, {
        companyId: write.companyId,
        kind: 'recording.check',
        payload: { recordingId: id },
        runAt: new Date(new Date(write.at).getTime() + CLOSING_MS),
      });
    }
  }
}
