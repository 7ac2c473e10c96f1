import { Injectable } from '@nestjs/common';
import { readdir, stat } from 'node:fs/promises';
import type { EntityManager } from 'typeorm';
import { AppError, messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { Reconciliation } from '../contracts/recordings.js';
import { Database } from '../database/database.js';
import { JobHandlers } from '../jobs/job-handlers.js';
import { RecurringJobs } from '../jobs/recurring-jobs.js';
import { Ledger } from '../ledger/ledger.js';
import { RecordingFiles } from '../media/recording-files.js';
import { LostRecordings } from './lost-recordings.js';

const DAY_MS = 24 * 3600_000;
/** At night, where the companies are: midnight and a half, UTC. */
const AT_NIGHT_MS = 1800_000;
/** A file younger than this may belong to a call that goes on. */
const YOUNG_MS = 3600_000;
const MOST_LISTED = 500;

type CallWithoutFile = Reconciliation['callsWithoutFile'][number];
type FileWithoutCall = Reconciliation['filesWithoutCall'][number];

interface Known {
  path: string;
  recordingId: string;
  callId: string;
  startedAt: Date;
  isSealed: boolean;
}

/** Every night: which calls have no file, which files no call? What turns up again is taken back. */
@Injectable()
export class ReconciliationJob {
  constructor(
    handlers: JobHandlers,
    recurring: RecurringJobs,
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly files: RecordingFiles,
    private readonly lost: LostRecordings,
  ) {
    handlers.register('recording.reconcile', ({ companyId }) => this.run(companyId));
    recurring.every('recording.reconcile', DAY_MS, AT_NIGHT_MS);
  }

  /** @throws AppError `storage-away`: then nothing is called missing */
  private async run(companyId: string): Promise<void> {
    const calls: CallWithoutFile[] = [];
    const strays: FileWithoutCall[] = [];
    let foundAgain = 0;
    for (const folder of await this.folders(companyId)) {
      const [known, onDisk] = [await this.known(companyId, folder), new Set(await this.list(folder))];
      for (const one of known.values()) {
        if (onDisk.has(one.path)) {
          // Called missing, or never looked at: it is there.
          if (!one.isSealed && (await this.lost.lookAgain(companyId, one.recordingId))) foundAgain += 1;
        } else if (one.isSealed) calls.push(callOf(one));
      }
      for (const path of onDisk) {
        if (known.has(path)) continue;
        const stray = await this.stray(path);
        if (!stray) continue;
        if (await this.lost.adopt(companyId, path)) foundAgain += 1;
        else strays.push(stray);
      }
    }
    calls.push(...(await this.missing(companyId)));
    await this.write(companyId, calls, strays, foundAgain);
  }

  /** Every folder of a day, on disk or in the database; none before the first recording. */
  private async folders(companyId: string): Promise<string[]> {
    const rows: { folder: string }[] = await this.database.transaction(companyId, (tx) =>
      tx.query(
        `SELECT DISTINCT substring(path FROM '^[^/]+/[^/]+') AS folder
           FROM (SELECT path FROM recording_file WHERE company_id = $1
                 UNION ALL SELECT path FROM recording_segment WHERE company_id = $1) known`,
        [companyId],
      ),
    );
    await stat(this.files.root).catch((error: unknown) => {
      if (rows.length === 0) return;
      throw new AppError('storage-away', `the recordings’ folder is not to be had: ${messageOf(error)}`);
    });
    const days = new Set([...(await this.list(companyId)), ...rows.map(({ folder }) => folder)]);
    return [...days].sort();
  }

  /** What is in a folder, as paths below the root; nothing where there is no such folder. */
  private async list(folder: string): Promise<string[]> {
    const names = await readdir(this.files.absolutePath(folder)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
      throw new AppError('storage-away', `${folder} cannot be read: ${messageOf(error)}`);
    });
    return names.map((name) => `${folder}/${name}`);
  }

  /** The files that ought to be in a folder, by path. */
  private async known(companyId: string, folder: string): Promise<Map<string, Known>> {
    const rows: Known[] = await this.database.transaction(companyId, (tx) =>
      tx.query(
        `SELECT f.path, r.id AS "recordingId", r.call_id AS "callId", r.started_at AS "startedAt", true AS "isSealed"
           FROM recording_file f JOIN recording r ON r.id = f.recording_id WHERE f.path >= $1 AND f.path < $2
         UNION ALL
         SELECT s.path, r.id, r.call_id, r.started_at, false
           FROM recording_segment s JOIN recording r ON r.id = s.recording_id
          WHERE s.path >= $1 AND s.path < $2 AND r.state IN ('recording', 'missing')`,
        [`${folder}/`, `${folder}0`], // 0 follows / in ASCII
      ),
    );
    return new Map(rows.map((row) => [row.path, row]));
  }

  private async stray(path: string): Promise<FileWithoutCall | undefined> {
    const found = await stat(this.files.absolutePath(path)).catch(() => undefined);
    if (!found?.isFile() || clock.now() - found.mtimeMs < YOUNG_MS) return undefined;
    return { path, sizeBytes: found.size, changedAt: found.mtime.toISOString() };
  }

  private async missing(companyId: string): Promise<CallWithoutFile[]> {
    const rows: Known[] = await this.database.transaction(companyId, (tx) =>
      tx.query(
        `SELECT id AS "recordingId", call_id AS "callId", started_at AS "startedAt" FROM recording
         WHERE company_id = $1 AND state = 'missing' ORDER BY started_at DESC LIMIT $2`,
        [companyId, MOST_LISTED + 1],
      ),
    );
    return rows.map(callOf);
  }

  private async write(
    companyId: string,
    calls: CallWithoutFile[],
    strays: FileWithoutCall[],
    foundAgain: number,
  ): Promise<void> {
    const callsWithoutFile = [...new Map(calls.map((call) => [call.recordingId, call])).values()];
    const found: Omit<Reconciliation, 'at'> = {
      callsWithoutFile: callsWithoutFile.slice(0, MOST_LISTED),
      filesWithoutCall: strays.slice(0, MOST_LISTED),
      truncated: callsWithoutFile.length > MOST_LISTED || strays.length > MOST_LISTED,
    };
    const at = clock.iso();
    await this.database.transaction(companyId, async (tx: EntityManager) => {
      await tx.query(
        `INSERT INTO recording_reconciliation (company_id, at, found) VALUES ($1, $2, $3)
         ON CONFLICT (company_id) DO UPDATE SET at = excluded.at, found = excluded.found`,
        [companyId, at, JSON.stringify(found)],
      );
      await this.ledger.append(tx, {
        id: newId(),
        companyId,
        kind: 'recording.reconciled',
        actor: 'system',
        at,
        data: { callsWithoutFile: callsWithoutFile.length, filesWithoutCall: strays.length, foundAgain },
      });
    });
  }
}

const callOf = ({ callId, recordingId, startedAt }: Known): CallWithoutFile => ({
  callId,
  recordingId,
  startedAt: startedAt.toISOString(),
});
