import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { Database } from '../database/database.js';
import { JobHandlers, type Job } from '../jobs/job-handlers.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerKind } from '../ledger/ledger-kinds.js';
import type { JsonObject } from '../ledger/ledger-write.js';
import { RecordingFiles } from '../media/recording-files.js';
import { mendWav, wavDurationMs } from '../media/wav.js';
import { Recording } from './recording.entity.js';

/** A recording begins and ends within this of the talk. */
const TOLERANCE_MS = 2_000;

/** What was found on disk of a recording. */
interface Found {
  durationMs: number;
  sizeBytes: number;
  sha256: Buffer;
}

/** After the call: is the file there, how long is it, and what is its hash? The answer goes to the ledger. */
@Injectable()
export class RecordingCheckJob {
  constructor(
    handlers: JobHandlers,
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly files: RecordingFiles,
  ) {
    handlers.register('recording.check', (job) => this.run(job));
  }

  /** Idempotent: a recording that has been checked is left as it is. */
  private async run({ companyId, payload }: Job): Promise<void> {
    const id = String(payload['recordingId']);
    const recording = await this.database.transaction(companyId, (tx) => tx.findOneBy(Recording, { id }));
    if (!recording || recording.state !== 'recording') return;
    const found = await inspect(this.files.absolutePath(recording.path));
    await this.database.transaction(companyId, async (tx) => {
      const { affected } = await tx.update(
        Recording,
        { id, state: 'recording' },
        found
          ? {
              state: 'stored',
              durationMs: found.durationMs,
              sizeBytes: String(found.sizeBytes),
              sha256: found.sha256,
            }
          : { state: 'missing' },
      );
      if (affected === 0) return; // another worker was faster
      const kind: LedgerKind = found ? 'recording.stored' : 'recording.missing';
      const missingMs = found ? talkMs(recording) - found.durationMs : 0;
      const data: JsonObject = found
        ? {
            recordingId: id,
            durationMs: found.durationMs,
            sizeBytes: found.sizeBytes,
            sha256: found.sha256.toString('hex'),
            // A full disk or a media server's crash cuts a recording short: the ledger says by how much.
            ...(missingMs > TOLERANCE_MS && { missingMs }),
          }
        : { recordingId: id };
      await this.ledger.append(tx, {
        id: newId(),
        companyId,
        callId: recording.callId,
        kind,
        actor: 'system',
        at: clock.iso(),
        data,
      });
    });
  }
}

const talkMs = ({ startedAt, endedAt }: Recording): number =>
  endedAt ? endedAt.getTime() - startedAt.getTime() : 0;

/** @returns undefined where there is no file, or no audio in it */
async function inspect(path: string): Promise<Found | undefined> {
  try {
    mendWav(path);
    const { size } = await stat(path);
    const durationMs = wavDurationMs(path);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return { durationMs, sizeBytes: size, sha256: hash.digest() };
  } catch {
    return undefined;
  }
}
