import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import type { InviteTrace } from '../sip/pending-invite.js';
import { Database } from '../database/database.js';

const GATHER_MS = 200;

/**
 * Notes beside each open call which phones ring for it, so that another process can take the INVITEs back when this
 * one dies. Gathered over all calls, beside their way: one that is answered meanwhile does no harm.
 */
@Injectable()
export class RingingPhones {
  private readonly gathered = new Map<string, InviteTrace[]>();

  constructor(private readonly database: Database) {}

  /** @param trace of the INVITE to the phone */
  add(callId: string, trace: InviteTrace): void {
    if (this.gathered.size === 0) setTimeout(() => void this.write(), GATHER_MS);
    this.gathered.set(callId, [...(this.gathered.get(callId) ?? []), trace]);
  }

  private async write(): Promise<void> {
    const rings = [...this.gathered].map(([id, ringing]) => ({ id, ringing }));
    this.gathered.clear();
    try {
      await this.database.transaction(
        '*',
        (tx) =>
          tx.query(
            `UPDATE call SET live = jsonb_set(live, '{ringing}', coalesce(live->'ringing', '[]') || rings.ringing)
             FROM jsonb_to_recordset($1) AS rings (id uuid, ringing jsonb)
             WHERE call.id = rings.id AND ended_at IS NULL AND live IS NOT NULL`,
            [JSON.stringify(rings)],
          ),
        { pool: 'calls' },
      );
    } catch (error) {
      log('calls').debug({ error: messageOf(error) }, 'ringing phones were not noted');
    }
  }
}
