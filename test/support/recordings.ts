import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { wavHeader } from '../../src/common/wav-header.js';
import { newId } from '../../src/common/ids.js';
import { JobHandlers } from '../../src/jobs/job-handlers.js';
import type { JobKind } from '../../src/jobs/job-kinds.js';
import type { Api } from './api.js';

const RATE = 8000;

/** A stereo WAV file with a tone for each party; 0 Hz is silence. */
export function stereoWav(ms: number, clientHz: number, managerHz: number): Buffer {
  const frames = Math.round((ms / 1000) * RATE);
  const data = Buffer.alloc(frames * 4);
  const at = (frame: number, hz: number) => Math.round(8000 * Math.sin((2 * Math.PI * hz * frame) / RATE));
  for (let frame = 0; frame < frames; frame += 1) {
    data.writeInt16LE(at(frame, clientHz), frame * 4);
    data.writeInt16LE(at(frame, managerHz), frame * 4 + 2);
  }
  return Buffer.concat([wavHeader(2, RATE, data.length), data]);
}

export interface RawRecording {
  callId: string;
  /** What media servers left, one file each; undefined: no file. */
  segments: (Buffer | undefined)[];
  /** ISO 8601; left out, a minute ago. */
  startedAt?: string;
  talkMs?: number;
  retentionDays?: number;
  state?: string;
}

/** A recording whose call has just ended, as RecordingLedger leaves it. */
export class RawRecordings {
  constructor(private readonly api: Api) {}

  get folder(): string {
    return join(this.api.dataDir, 'recordings');
  }

  /** @returns its id */
  async add({ callId, segments, talkMs = 2000, retentionDays, ...more }: RawRecording): Promise<string> {
    const id = newId();
    const startedAt = new Date(more.startedAt ?? Date.now() - 60_000);
    const endedAt = new Date(startedAt.getTime() + talkMs);
    await this.api.sql.query(
      `INSERT INTO recording (id, company_id, call_id, state, started_at, ended_at, client_id, manager_extension_id,
         direction, outcome, retention_days, delete_after)
       SELECT $1, company_id, id, $3, $4, $5, client_id, manager_extension_id, direction, outcome, $6::int,
         $5::timestamptz + make_interval(days => $6::int) FROM call WHERE id = $2`,
      [id, callId, more.state ?? 'recording', startedAt, endedAt, retentionDays ?? null],
    );
    let at = startedAt;
    for (const [index, file] of segments.entries()) {
      const path = join(
        this.api.companyId,
        startedAt.toISOString().slice(0, 10),
        `${callId}.${index + 1}.wav`,
      );
      this.write(path, file);
      await this.api.sql.query(
        `INSERT INTO recording_segment (id, company_id, recording_id, path, started_at, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [newId(), this.api.companyId, id, path, at, endedAt],
      );
      at = new Date(at.getTime() + 1000);
    }
    return id;
  }

  write(path: string, file: Buffer | undefined): void {
    const absolute = join(this.folder, path);
    mkdirSync(dirname(absolute), { recursive: true });
    if (file) writeFileSync(absolute, file);
  }

  /** Looked at, sealed, and what lay in the clear removed. */
  async stored(raw: RawRecording): Promise<string> {
    const id = await this.add(raw);
    await this.run('recording.check', { recordingId: id });
    await this.runDue();
    return id;
  }

  /** Every file below the recordings' folder. */
  files(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.folder.length + 1));
  }

  /** Runs a job as a worker does. */
  async run(kind: JobKind, payload: Record<string, string> = {}): Promise<void> {
    const handler = this.api.app.get(JobHandlers).get(kind);
    if (!handler) throw new Error(`no handler for ${kind}`);
    await handler({ id: newId(), companyId: this.api.companyId, payload, attempt: 1 });
  }

  /** Runs what the outbox holds, until it is empty. */
  async runDue(): Promise<void> {
    for (;;) {
      const [job] = await this.api.sql.query<{ id: string; kind: JobKind; payload: Record<string, string> }>(
        `SELECT id, kind, payload FROM outbox_job WHERE done_at IS NULL AND kind LIKE 'recording.%' LIMIT 1`,
      );
      if (!job) return;
      await this.run(job.kind, job.payload);
      await this.api.sql.query('UPDATE outbox_job SET done_at = now() WHERE id = $1', [job.id]);
    }
  }

  /** The recording, as an administrator reads it. */
  async view(id: string) {
    return (await this.api.as('admin@example.com', 'GET', `/recordings/${id}`)).body;
  }

  async audio(id: string, form: string): Promise<Buffer> {
    return (await this.api.as('admin@example.com', 'GET', `/recordings/${id}/audio?form=${form}`))
      .body as Buffer;
  }

  /** What the ledger says of it in entries of one kind. */
  async entries(id: string, kind: string) {
    return (await this.api.entries(kind))
      .filter(({ payload }) => payload['recordingId'] === id)
      .map(({ payload }) => payload);
  }
}
