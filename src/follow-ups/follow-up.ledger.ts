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
import { FollowUp } from './follow-up.entity.js';

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
    const call = await tx.findOneBy(Call, { id: write.callId });
    if (!call?.clientId) return;
    const ended = { callId: call.id, companyId: write.companyId, clientId: call.clientId, at: write.at };
    const { outcome, ending, joinedTo } = write.data as unknown as EndedData;
    const isLost = LOST_IN_TRANSFER.includes(ending);
    // Nobody rang him, or he was joined to that manager by the call that he made himself.
    if (call.direction !== 'inbound' && (outcome === 'refused' || joinedTo !== undefined)) return;
    const open = await tx.findOne(FollowUp, {
      where: { clientId: call.clientId, closedAt: IsNull() },
      lock: { mode: 'pessimistic_write' },
    });
    if (outcome === 'answered' && !isLost) return open ? this.close(tx, open, ended) : undefined;
    if (open) return this.count(tx, open, ended);
    // A client whom we called and did not reach is owed no more than before.
    return call.direction === 'inbound' || isLost ? this.open(tx, ended) : undefined;
  }

  private async open(tx: EntityManager, ended: Ended): Promise<Projected> {
    const id = newId();
    const ownerExtensionId = await this.ownerFor(tx, ended.clientId);
    await tx.insert(FollowUp, {
      id,
      companyId: ended.companyId,
      clientId: ended.clientId,
      ownerExtensionId,
      openedAt: new Date(ended.at),
      attempts: 1,
      firstCallId: ended.callId,
      lastCallId: ended.callId,
    });
    return { also: [entry(ended, 'follow-up.opened', { followUpId: id, ownerExtensionId })] };
  }

  private async count(tx: EntityManager, open: FollowUp, ended: Ended): Promise<Projected> {
    const attempts = open.attempts + 1;
    await tx.update(FollowUp, { id: open.id }, { attempts, lastCallId: ended.callId });
    return { also: [entry(ended, 'follow-up.attempt', { followUpId: open.id, attempts })] };
  }

  private async close(tx: EntityManager, open: FollowUp, ended: Ended): Promise<Projected> {
    await tx.update(
      FollowUp,
      { id: open.id },
      { closedAt: new Date(ended.at), closedByCallId: ended.callId },
    );
    return {
      also: [entry(ended, 'follow-up.closed', { followUpId: open.id, evidenceCallId: ended.callId })],
    };
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

const entry = (ended: Ended, kind: LedgerKind, data: JsonObject): LedgerWrite => ({
  id: newId(),
  companyId: ended.companyId,
  callId: ended.callId,
  clientId: ended.clientId,
  kind,
  actor: 'system',
  at: ended.at,
  data,
});
