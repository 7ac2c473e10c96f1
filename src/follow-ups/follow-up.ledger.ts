import { Injectable } from '@nestjs/common';
import { IsNull, Not, type EntityManager } from 'typeorm';
import { Call } from '../calls/call.entity.js';
import { LOST_IN_TRANSFER } from '../calls/call-endings.js';
import type { EndedData } from '../calls/call-ledger.js';
import { Client } from '../clients/client.entity.js';
import { newId } from '../common/ids.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerKind } from '../ledger/ledger-kinds.js';
import type { JsonObject, LedgerWrite, Projected } from '../ledger/ledger-write.js';

/** A call between a company and a client that has just ended. */
interface Ended {
  callId: string;
  companyId: string;
  clientId: string;
  at: string;
}

/**
 * Opens, counts and closes follow-ups in the transaction that ends the call: an unanswered call leaves a duty,
 * an answered conversation with that client settles it, with the call as evidence. A caller who withheld his number
 * leaves none: nobody could ever settle it.
 */
@Injectable()
export class FollowUpLedger {
  constructor(ledger: Ledger) {
    ledger.project('call.ended', (tx, write) => this.apply(tx, write));
  }

  private async apply(tx: EntityManager, write: LedgerWrite): Promise<Projected | void> {
    const [call] = await tx.query<Pick<Call, 'id' | 'clientId' | 'direction'>[]>(
      'SELECT id, client_id AS "clientId", direction FROM call WHERE id = $1',
      [write.callId],
    );
    if (!call?.clientId) return;
    const ended = { callId: call.id, companyId: write.companyId, clientId: call.clientId, at: write.at };
    const { outcome, ending, joinedTo } = write.data as unknown as EndedData;
    const isLost = LOST_IN_TRANSFER.includes(ending);
    // Nobody rang him, or he was joined to that manager by the call that he made himself.
    if (call.direction !== 'inbound' && (outcome === 'refused' || joinedTo !== undefined)) return;
    if (outcome === 'answered' && !isLost) return this.close(tx, ended);
    const counted = await this.count(tx, ended);
    // A client whom we called and did not reach is owed no more than before.
    if (counted || (call.direction !== 'inbound' && !isLost)) return counted;
    return (await this.open(tx, ended)) ?? this.count(tx, ended);
  }

  /** @returns undefined where another call that ended just now has opened one */
  private async open(tx: EntityManager, ended: Ended): Promise<Projected | undefined> {
    const ownerExtensionId = await this.ownerFor(tx, ended.clientId);
    const [opened] = await tx.query<{ id: string }[]>(
      `INSERT INTO follow_up (id, company_id, client_id, owner_extension_id, opened_at, attempts, first_call_id, last_call_id)
       VALUES ($1, $2, $3, $4, $5, 1, $6, $6) ON CONFLICT (client_id) WHERE closed_at IS NULL DO NOTHING RETURNING id`,
      [newId(), ended.companyId, ended.clientId, ownerExtensionId, ended.at, ended.callId],
    );
    return opened && also(ended, 'follow-up.opened', { followUpId: opened.id, ownerExtensionId });
  }

  private async count(tx: EntityManager, ended: Ended): Promise<Projected | undefined> {
    const [[counted]] = await tx.query<[{ id: string; attempts: number }[], number]>(
      `UPDATE follow_up SET attempts = attempts + 1, last_call_id = $2
       WHERE client_id = $1 AND closed_at IS NULL RETURNING id, attempts`,
      [ended.clientId, ended.callId],
    );
    return (
      counted &&
      also(ended, 'follow-up.attempt', { followUpId: counted.id, attempts: Number(counted.attempts) })
    );
  }

  private async close(tx: EntityManager, ended: Ended): Promise<Projected | undefined> {
    const [[closed]] = await tx.query<[{ id: string }[], number]>(
      `UPDATE follow_up SET closed_at = $2, closed_by_call_id = $3
       WHERE client_id = $1 AND closed_at IS NULL RETURNING id`,
      [ended.clientId, ended.at, ended.callId],
    );
    return closed && also(ended, 'follow-up.closed', { followUpId: closed.id, evidenceCallId: ended.callId });
  }

  /** The client's own manager, or whoever last talked with him; null: it is everybody's. */
  private async ownerFor(tx: EntityManager, clientId: string): Promise<string | null> {
    const client = await tx.findOneBy(Client, { id: clientId });
    if (client?.assignedExtensionId) return client.assignedExtensionId;
    const lastTalk = await tx.findOne(Call, {
      where: { clientId, managerExtensionId: Not(IsNull()), answeredAt: Not(IsNull()) },
      order: { startedAt: 'DESC' },
    });
    return lastTalk?.managerExtensionId ?? null;
  }
}

const also = ({ at, ...ended }: Ended, kind: LedgerKind, data: JsonObject): Projected => ({
  also: [{ ...ended, id: newId(), kind, actor: 'system', at, data }],
});
