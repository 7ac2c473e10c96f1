import { Injectable } from '@nestjs/common';
import { basename } from 'node:path';
import { Call } from '../calls/call.entity.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { Database } from '../database/database.js';
import { Outbox } from '../jobs/outbox.js';
import { Recording, RecordingSegment } from './recording.entity.js';

/** A media server's file is named after its call, and numbered. */
const RAW_FILE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.\d+\.wav$/;
/** A recording that nobody has looked at for so long was forgotten. */
const FORGOTTEN_MS = 24 * 3600_000;

/** Ties files that turned up to their calls, and has them looked at again. */
@Injectable()
export class LostRecordings {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  /** @returns whether the recording was missing, or forgotten */
  async lookAgain(companyId: string, id: string): Promise<boolean> {
    return this.database.transaction(companyId, async (tx) => {
      const recording = await tx.findOneBy(Recording, { id });
      if (!recording?.endedAt || !['recording', 'missing'].includes(recording.state)) return false;
      if (recording.state === 'recording' && clock.now() - recording.endedAt.getTime() < FORGOTTEN_MS)
        return false;
      await this.outbox.add(tx, { companyId, kind: 'recording.check', payload: { recordingId: id } });
      return true;
    });
  }

  /**
   * A file whose call is known and has no recording: the process died between the recording's beginning and the
   * answer's entry.
   * @returns whether it was tied to its call
   */
  async adopt(companyId: string, path: string): Promise<boolean> {
    const callId = RAW_FILE.exec(basename(path))?.[1];
    if (!callId) return false;
    return this.database.transaction(companyId, async (tx) => {
      const call = await tx.findOneBy(Call, { id: callId });
      if (!call?.endedAt || (await tx.existsBy(Recording, { callId }))) return false;
      const id = newId();
      const startedAt = call.answeredAt ?? call.startedAt;
      await tx.insert(Recording, {
        id,
        companyId,
        callId,
        state: 'recording',
        startedAt,
        endedAt: call.endedAt,
        clientId: call.clientId,
        managerExtensionId: call.managerExtensionId,
        direction: call.direction,
        outcome: call.outcome,
      });
      await tx.insert(RecordingSegment, {
        id: newId(),
        companyId,
        recordingId: id,
        path,
        startedAt,
        endedAt: call.endedAt,
      });
      await this.outbox.add(tx, { companyId, kind: 'recording.check', payload: { recordingId: id } });
      return true;
    });
  }
}
