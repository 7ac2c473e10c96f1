import { Inject, Injectable } from '@nestjs/common';
import { AppError, messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import { JobHandlers, type Job } from '../jobs/job-handlers.js';
import { Outbox } from '../jobs/outbox.js';
import { Ledger } from '../ledger/ledger.js';
import { OpusEncoder } from './opus-encoder.js';
import { RawSegments, type SegmentState } from './raw-segments.js';
import { recordingEntry } from './recording-entry.js';
import { RecordingStore, type Stored } from './recording-store.js';
import { Recording, RecordingFile, RecordingSegment } from './recording.entity.js';
import { SealedFiles } from './sealed-files.js';

/** A recording begins and ends within this of the talk. */
const TOLERANCE_MS = 2_000;
/** How long a storage that is away is waited for, before its recordings are called missing. */
const STORAGE_PATIENCE_MS = 24 * 3600_000;

/** Why there is nothing to play. */
type Reason = Exclude<SegmentState, 'there'> | 'storage-away';

/** After the call: is it all there, how long is it, who is heard? Sealed for good; the answer goes to the ledger. */
@Injectable()
export class RecordingCheckJob {
  constructor(
    handlers: JobHandlers,
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
    private readonly segments: RawSegments,
    private readonly store: RecordingStore,
    private readonly sealed: SealedFiles,
    @Inject(OpusEncoder) private readonly opus: OpusEncoder,
  ) {
    handlers.register('recording.check', (job) => this.run(job));
  }

  /**
   * Idempotent: a recording that is stored or deleted is left as it is.
   * @throws AppError `storage-away`, what the file system throws: then nothing has changed, and it is tried again
   */
  private async run({ companyId, payload }: Job): Promise<void> {
    const id = String(payload['recordingId']);
    const [recording, all] = await this.database.transaction(companyId, async (tx) => [
      await tx.findOneBy(Recording, { id }),
      await tx.find(RecordingSegment, { where: { recordingId: id }, order: { startedAt: 'ASC', id: 'ASC' } }),
    ]);
    if (!recording?.endedAt || !['recording', 'missing'].includes(recording.state)) return;
    const found = await this.look(recording, all);
    if (found.segments.length === 0) return this.missing(recording, found.reason ?? 'no-file');
    const stored = await this.store.seal(recording, found.segments);
    try {
      await this.stored(recording, stored, all);
    } catch (error) {
      await this.sealed.discard(stored.file);
      throw error;
    }
  }

  private async look(
    recording: Recording,
    all: RecordingSegment[],
  ): Promise<{ segments: RecordingSegment[]; reason?: Reason }> {
    try {
      const segments: RecordingSegment[] = [];
      let reason: Reason | undefined;
      for (const segment of all) {
        const state = await this.segments.stateOf(segment);
        if (state === 'there') segments.push(segment);
        else reason = state;
      }
      return { segments, reason };
    } catch (error) {
      const isAway = error instanceof AppError && error.code === 'storage-away';
      if (!isAway || clock.now() - endOf(recording) < STORAGE_PATIENCE_MS) throw error;
      log('recordings').error({ recordingId: recording.id, error: messageOf(error) }, 'given up');
      return { segments: [], reason: 'storage-away' };
    }
  }

  private async stored(recording: Recording, stored: Stored, all: RecordingSegment[]): Promise<void> {
    const { id, companyId } = recording;
    const offMs = endOf(recording) - recording.startedAt.getTime() - stored.durationMs;
    const missingMs = offMs > TOLERANCE_MS ? offMs : null;
    await this.database.transaction(companyId, async (tx) => {
      const { affected } = await tx.update(
        Recording,
        { id, state: recording.state },
        {
          state: 'stored',
          durationMs: stored.durationMs,
          sizeBytes: String(stored.sizeBytes),
          sha256: stored.sha256,
          silent: stored.silent,
          missingMs,
          peaks: stored.peaks,
          opusDue: this.opus.isThere ? new Date(clock.now()) : null,
        },
      );
      if (affected === 0) throw new AppError('faster-worker', 'another worker has stored the recording');
      await tx.insert(RecordingFile, stored.file);
      for (const { segment, offsetMs, durationMs } of stored.segments) {
        await tx.update(RecordingSegment, segment.id, { offsetMs, durationMs });
      }
      // What lies in the clear goes once the sealed files are safe: in the same transaction, so that it surely does.
      const paths = all.map(({ path }) => path);
      await this.outbox.add(tx, { companyId, kind: 'recording.clean', payload: { paths } });
      const entry = recordingEntry(recording, 'recording.stored', {
        durationMs: stored.durationMs,
        sizeBytes: stored.sizeBytes,
        sha256: stored.sha256.toString('hex'),
        ...(stored.segments.length > 1 && {
          segments: stored.segments.map(({ segment, offsetMs, durationMs }) => ({
            startedAt: segment.startedAt.toISOString(),
            offsetMs,
            durationMs,
          })),
        }),
        ...(stored.silent.length > 0 && { silent: stored.silent }),
        // A full disk or a media server's crash cuts a recording short: the ledger says by how much.
        ...(missingMs !== null && { missingMs }),
        ...(offMs < -TOLERANCE_MS && { excessMs: -offMs }),
      });
      await this.ledger.append(tx, entry);
    });
  }

  private async missing(recording: Recording, reason: Reason): Promise<void> {
    await this.database.transaction(recording.companyId, async (tx) => {
      const { affected } = await tx.update(
        Recording,
        { id: recording.id, state: 'recording' },
        { state: 'missing' },
      );
      if (affected) await this.ledger.append(tx, recordingEntry(recording, 'recording.missing', { reason }));
    });
  }
}

const endOf = ({ startedAt, endedAt }: Recording): number => (endedAt ?? startedAt).getTime();
