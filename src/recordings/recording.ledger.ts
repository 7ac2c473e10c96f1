import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AnsweredData } from '../calls/call-ledger.js';
import { Outbox } from '../jobs/outbox.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerWrite } from '../ledger/ledger-write.js';
import { Recording } from './recording.entity.js';

/** Follows a call's recording: known from the answer on, checked by a job after the end. */
@Injectable()
export class RecordingLedger {
  constructor(
    ledger: Ledger,
    private readonly outbox: Outbox,
  ) {
    ledger.project('call.answered', (tx, write) => this.begun(tx, write));
    ledger.project('call.ended', (tx, write) => this.ended(tx, write));
  }

  private async begun(tx: EntityManager, write: LedgerWrite): Promise<void> {
    const { recordingId, recordingPath } = write.data as unknown as AnsweredData;
    await tx.insert(Recording, {
      id: recordingId,
      companyId: write.companyId,
      callId: write.callId,
      path: recordingPath,
      state: 'recording',
      startedAt: new Date(write.at),
    });
  }

  private async ended(tx: EntityManager, write: LedgerWrite): Promise<void> {
    const recording = await tx.findOneBy(Recording, { callId: write.callId });
    if (!recording) return;
    await tx.update(Recording, { id: recording.id }, { endedAt: new Date(write.at) });
    await this.outbox.add(tx, {
      companyId: write.companyId,
      kind: 'recording.check',
      payload: { recordingId: recording.id },
    });
  }
}
