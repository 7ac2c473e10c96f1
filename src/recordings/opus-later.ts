import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { AppError, messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { hasLeisure } from '../common/leisure.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import { Leadership } from '../database/leadership.js';
import { Outbox } from '../jobs/outbox.js';
import { Ledger } from '../ledger/ledger.js';
import { Company } from '../provisioning/entities.js';
import { OPUS, OpusEncoder } from './opus-encoder.js';
import { recordingEntry } from './recording-entry.js';
import { Recording, RecordingFile } from './recording.entity.js';
import { ON_HOLD } from './recordings.query.js';
import { SealedFiles } from './sealed-files.js';
import { discardUnwritten } from './unwritten-file.js';

/** Milliseconds between two looks for something to do. */
const LOOK_MS = 2_000;
/** After leisure was found, so long is encoded without looking again. */
const STRETCH_MS = 1_000;
/** What has waited so long for leisure is made without. */
const PATIENCE_MS = 3600_000;
/** One that failed is tried again after so long, up to a day after its call: then the WAV stays what is played. */
const RETRY_MS = 3600_000;
const GIVE_UP_MS = 24 * 3600_000;

/**
 * Makes the Opus that recordings are played as, one at a time, when calls leave the CPU for it: a minute of a call takes
 * some 400 ms of a core. Until then the WAV is played. Of several control planes one does it.
 */
@Injectable()
export class OpusLater implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private working: Promise<void> = Promise.resolve();
  private leads = false;
  private leisureUntil = 0;

  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
    private readonly sealed: SealedFiles,
    private readonly leadership: Leadership,
    @Inject(OpusEncoder) private readonly opus: OpusEncoder,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.opus.isThere) return;
    this.leadership.compete('opus of recordings', (leads) => {
      this.leads = leads;
      if (leads) this.working = this.working.then(() => this.work());
    });
  }

  /** Ends when another leads, or the process stops. Never rejects. */
  private async work(): Promise<void> {
    while (this.leads && !this.stopping.signal.aborted) {
      const made = await this.makeNext(() => this.hasLeisure()).catch((error: unknown) => {
        log('recordings').debug({ error: messageOf(error) }, 'no Opus for now');
        return false;
      });
      if (!made) await pause(LOOK_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async hasLeisure(): Promise<boolean> {
    if (clock.monotonic() < this.leisureUntil) return true;
    if (!(await hasLeisure())) return false;
    this.leisureUntil = clock.monotonic() + STRETCH_MS;
    return true;
  }

  /**
   * Makes the one that has waited longest.
   * @param isTime asked where it has not waited too long already
   * @returns false where there is none, or it is not the time
   * @throws what the database throws
   */
  async makeNext(isTime: () => Promise<boolean> | boolean): Promise<boolean> {
    const next = await this.database.transaction('*', (tx) =>
      tx
        .createQueryBuilder(Recording, 'r')
        .where(`r.state = 'stored' AND r.opusDue <= :now`, { now: clock.iso() })
        .orderBy('r.opusDue')
        .limit(1) // getOne() alone reads them all
        .getOne(),
    );
    if (!next?.opusDue) return false;
    if (clock.now() - next.opusDue.getTime() < PATIENCE_MS && !(await isTime())) return false;
    try {
      await this.make(next);
    } catch (error) {
      if (this.stopping.signal.aborted) return false;
      log('recordings').warn({ recordingId: next.id, error: messageOf(error) }, 'not made into Opus');
      await this.putOff(next);
    }
    return true;
  }

  private async make(recording: Recording): Promise<void> {
    const { id: recordingId, companyId, startedAt } = recording;
    const original = await this.database.transaction(companyId, (tx) =>
      tx.findOneByOrFail(RecordingFile, { recordingId, form: 'original' }),
    );
    const wav = this.sealed.read(original, { first: 0, last: Number(original.sizeBytes) - 1 });
    const playback = await this.sealed.write(
      { companyId, recordingId, startedAt, form: 'playback', contentType: OPUS },
      this.opus.encode(wav, this.stopping.signal),
    );
    try {
      await this.database.transaction(companyId, (tx) => this.made(tx, recording, original, playback));
    } catch (error) {
      await discardUnwritten(this.database, this.sealed, playback);
      throw error;
    }
  }

  private async made(
    tx: EntityManager,
    recording: Recording,
    original: RecordingFile,
    playback: RecordingFile,
  ): Promise<void> {
    const { id, companyId } = recording;
    const [rows] = await tx.query<[{ held: boolean }[], number]>(
      `UPDATE recording r SET opus_due = NULL WHERE r.id = $1 AND r.state = 'stored' AND r.opus_due IS NOT NULL
       RETURNING (${ON_HOLD}) AS held`,
      [id],
    );
    const row = rows[0];
    if (!row) throw new AppError('recording-gone', 'it was deleted meanwhile, or made by another');
    await tx.insert(RecordingFile, playback);
    const company = await tx.findOneByOrFail(Company, { id: companyId });
    const isKept = row.held || company.keepOriginalRecordings;
    if (!isKept) {
      await tx.delete(RecordingFile, { id: original.id });
      const payload = { paths: [original.path] };
      await this.outbox.add(tx, { companyId, kind: 'recording.clean', payload });
    }
    const data = { playbackSha256: playback.sha256.toString('hex'), originalKept: isKept };
    await this.ledger.append(tx, recordingEntry(recording, 'recording.encoded', data));
  }

  private async putOff({ id, companyId, endedAt, opusDue }: Recording): Promise<void> {
    const isOver = clock.now() - (endedAt?.getTime() ?? 0) > GIVE_UP_MS;
    const later = isOver ? null : new Date(clock.now() + RETRY_MS);
    await this.database.transaction(companyId, (tx) =>
      tx.query('UPDATE recording SET opus_due = $3 WHERE id = $1 AND opus_due = $2', [id, opusDue, later]),
    );
  }

  /** Leaves it to others, once the one at hand is made. */
  async rest(): Promise<void> {
    await this.leadership.resign('opus of recordings');
    this.leads = false;
    await this.working;
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.rest();
  }
}
