import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import type { Person } from '../contracts/identity.js';
import { Database } from '../database/database.js';
import { Outbox } from '../jobs/outbox.js';
import { Ledger } from '../ledger/ledger.js';
import { lockHolds } from './hold-lock.js';
import { recordingEntry } from './recording-entry.js';
import { ON_HOLD } from './recordings.query.js';

interface Doomed {
  id: string;
  callId: string;
  clientId: string | null;
  sha256: string | null;
}

const DOOMED = `r.id, r.call_id AS "callId", r.client_id AS "clientId", encode(r.sha256, 'hex') AS sha256`;

/** Deletes recordings for good: the keys in one transaction with their tombstones in the ledger, the files after. */
@Injectable()
export class RecordingDeletion {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
  ) {}

  /** @throws AppError 409 for one that is held, still recorded, or has nothing to delete */
  async byPerson({ id: userId, companyId }: Person, id: string, reason: string): Promise<void> {
    await this.database.transaction(companyId, async (tx) => {
      await lockHolds(tx, companyId);
      const [one]: (Doomed & { state: string; held: boolean })[] = await tx.query(
        `SELECT ${DOOMED}, r.state, (${ON_HOLD}) AS held FROM recording r WHERE r.id = $1 FOR UPDATE OF r`,
        [id],
      );
      if (one?.held) throw conflict('on-hold', 'a legal hold keeps the recording: lift it first');
      if (one?.state !== 'stored') {
        throw conflict(
          'nothing-to-delete',
          `the recording is ${one?.state ?? 'gone'}: only a stored one is deleted`,
        );
      }
      await this.delete(tx, companyId, [one], `user:${userId}`, reason);
    });
  }

  /**
   * Deletes recordings whose retention is over, the oldest first; those on hold stay.
   * @param most at once: a transaction of its own
   * @returns how many
   */
  async due(companyId: string, most: number): Promise<number> {
    return this.database.transaction(companyId, async (tx) => {
      await lockHolds(tx, companyId);
      const rows: Doomed[] = await tx.query(
        `SELECT ${DOOMED} FROM recording r
         WHERE r.company_id = $1 AND r.state = 'stored' AND r.delete_after <= $2 AND NOT (${ON_HOLD})
         ORDER BY r.delete_after LIMIT $3 FOR UPDATE OF r`,
        [companyId, clock.iso(), most],
      );
      if (rows.length > 0) await this.delete(tx, companyId, rows, 'system', 'retention');
      return rows.length;
    });
  }

  private async delete(
    tx: EntityManager,
    companyId: string,
    rows: Doomed[],
    by: string,
    reason: string,
  ): Promise<void> {
    const ids = rows.map(({ id }) => id);
    const [files] = await tx.query<[{ path: string }[], number]>(
      'DELETE FROM recording_file WHERE recording_id = ANY($1) RETURNING path',
      [ids],
    );
    await tx.query('DELETE FROM recording_note WHERE recording_id = ANY($1)', [ids]);
    await tx.query(
      `UPDATE recording SET state = 'deleted', peaks = NULL, deleted_at = $2, deleted_by = $3, deletion_reason = $4
       WHERE id = ANY($1)`,
      [ids, clock.iso(), by, reason],
    );
    const paths = files.map(({ path }) => path);
    await this.outbox.add(tx, { companyId, kind: 'recording.clean', payload: { paths } });
    for (const { sha256, ...row } of rows) {
      const entry = recordingEntry({ companyId, ...row }, 'recording.deleted', { sha256, reason }, by);
      await this.ledger.append(tx, entry);
    }
  }
}

const conflict = (code: string, message: string) =>
  new AppError(code, message, { httpStatus: 409, blame: 'caller' });
