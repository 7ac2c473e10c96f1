import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError, messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import { JobHandlers, type Job } from '../jobs/job-handlers.js';
import { Ledger } from '../ledger/ledger.js';
import { OpusEncoder } from './opus-encoder.js';
import { RawSegments, type SegmentState } from './raw-segments.js';
import { recordingEntry } from './recording-entry.js';
import { RecordingStore, type Stored } from './recording-store.js';
import { Recording, RecordingSegment } from './recording.entity.js';
import { SealedFiles } from './sealed-files.js';
import { discardUnwritten } from './unwritten-file.js';

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
    private readonly segments: RawSegments,
    private readonly store: RecordingStore,
    private readonly sealed: SealedFiles,
    @Inject(OpusEncoder) private readonly opus: OpusEncoder,
  ) {
    handlers.register('recording.check', (job) => this.run(job));
  }

  /**
   * Idempotent: of a recording that is stored, or deleted since, only what still lies in the clear goes.
   * @throws AppError `storage-away`, what the file system throws: then nothing has changed, and it is tried again
   */
  private async run({ companyId, payload }: Job): Promise<void> {
    const id = String(payload['recordingId']);
    const [recording, all] = await this.database.transaction(
      companyId,
      async (tx) => [
        await tx.findOneBy(Recording, { id }),
        await tx.find(RecordingSegment, {
          where: { recordingId: id },
          order: { startedAt: 'ASC', id: 'ASC' },
        }),
      ],
      { pool: 'calls' },
    );
    if (!recording?.endedAt) return;
    if (!['recording', 'missing'].includes(recording.state)) {
      return this.segments.remove(all.filter(({ durationMs }) => durationMs !== null));
    }
    const found = await this.look(recording, all);
    if (found.segments.length === 0) return this.missing(recording, found.reason ?? 'no-file');
    const stored = await this.store.seal(recording, found.segments);
    try {
      await this.stored(recording, stored);
    } catch (error) {
      await discardUnwritten(this.database, this.sealed, stored.file);
      throw error;
    }
    await this.segments.remove(all); // a death before this: the job is run again
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

  private async stored(recording: Recording, stored: Stored): Promise<void> {
    const offMs = endOf(recording) - recording.startedAt.getTime() - stored.durationMs;
    const missingMs = offMs > TOLERANCE_MS ? offMs : null;
    const storing = async (tx: EntityManager) => {
      if (!(await this.write(tx, recording, stored, missingMs))) {
        throw new AppError('faster-worker', 'another worker has stored the recording');
      }
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
    };
    await this.database.transaction(recording.companyId, storing, { pool: 'calls' });
  }

  /** One statement: there is one such for every call. @returns false where its state is another one meanwhile */
  private async write(
    tx: EntityManager,
    { id, state }: Recording,
    { file, ...stored }: Stored,
    missingMs: number | null,
  ): Promise<boolean> {
    const opusDue = this.opus.isThere ? clock.iso() : null;
    const [{ isWritten }] = await tx.query<[{ isWritten: boolean }]>(
      `WITH written AS (
         UPDATE recording SET state = 'stored', duration_ms = $3, size_bytes = $4, sha256 = $5, silent = $6,
           missing_ms = $7, peaks = $8, opus_due = $9
         WHERE id = $1 AND state = $2 RETURNING id
       ), file AS (
         INSERT INTO recording_file (id, company_id, recording_id, form, path, content_type, size_bytes, sha256, key_sealed)
         SELECT $10, $11, id, $12, $13, $14, $4, $5, $15 FROM written
       ), placed AS (
         UPDATE recording_segment s SET offset_ms = place.offset_ms, duration_ms = place.duration_ms
         FROM written, unnest($16::uuid[], $17::int[], $18::int[]) AS place (id, offset_ms, duration_ms)
         WHERE s.id = place.id
       )
       SELECT EXISTS (SELECT FROM written) AS "isWritten"`,
      [
        ...[id, state, stored.durationMs, stored.sizeBytes, stored.sha256, stored.silent],
        ...[missingMs, stored.peaks, opusDue],
        ...[file.id, file.companyId, file.form, file.path, file.contentType, file.keySealed],
        stored.segments.map(({ segment }) => segment.id),
        stored.segments.map(({ offsetMs }) => offsetMs),
        stored.segments.map(({ durationMs }) => durationMs),
      ],
    );
    return isWritten;
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
