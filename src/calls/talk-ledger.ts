import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerKind } from '../ledger/ledger-kinds.js';
import type { JsonObject, LedgerWrite } from '../ledger/ledger-write.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { AnsweredData, HandedOverData } from './call-ledger.js';
import type { EndingName } from './call-endings.js';
import type { LiveCall } from './live-call.js';

/** Why a manager's wish to pass a client on is refused at once; the client stays with him. */
export type TransferRefusal =
  | 'raw-number'
  | 'another-client'
  | 'nowhere'
  | 'to-himself'
  | 'malformed'
  | 'no-such-dialog'
  | 'not-a-colleague'
  /** A call in which there is no client. */
  | 'between-colleagues'
  | 'transfer-under-way';

/** Who spoke to the client from when to when, and what happened between: holds, transfers. */
@Injectable()
export class TalkLedger {
  constructor(
    private readonly ledger: Ledger,
    private readonly provisioning: Provisioning,
  ) {
    ledger.project('call.answered', (tx, write) =>
      this.begins(tx, write, (write.data as unknown as AnsweredData).extensionId),
    );
    ledger.project('call.handed-over', async (tx, write) => {
      await this.ends(tx, write);
      await this.begins(tx, write, (write.data as unknown as HandedOverData).toExtensionId);
    });
    ledger.project('call.transfer-begun', (tx, write) => this.ends(tx, write));
    ledger.project('call.ended', (tx, write) => this.ends(tx, write));
  }

  held(call: LiveCall, by: 'client' | 'manager', holds: boolean): Promise<void> {
    const actor = by === 'client' ? 'client' : this.actor(call.lastTalker);
    return this.write(call, holds ? 'call.held' : 'call.retrieved', actor, { by });
  }

  /** @param to whom: an extension's number or a group's name */
  transferBegun(call: LiveCall, fromExtensionId: string, to: string): Promise<void> {
    return this.write(call, 'call.transfer-begun', this.actor(fromExtensionId), { fromExtensionId, to });
  }

  transferRefused(call: LiveCall, extensionId: string, reason: TransferRefusal): Promise<void> {
    return this.write(call, 'call.transfer-refused', this.actor(extensionId), { extensionId, reason });
  }

  transferFailed(call: LiveCall, fromExtensionId: string, why: EndingName): Promise<void> {
    return this.write(call, 'call.transfer-failed', 'system', { fromExtensionId, why });
  }

  /** Never throws: the parties talk on, whatever the ledger does. */
  private async write(call: LiveCall, kind: LedgerKind, actor: string, data: JsonObject): Promise<void> {
    try {
      await this.ledger.write({
        id: newId(),
        companyId: call.companyId,
        callId: call.id,
        ...(call.client && { clientId: call.client.id }),
        kind,
        actor,
        at: clock.iso(),
        data,
      });
    } catch (error) {
      log('calls').error({ callId: call.id, kind, error: messageOf(error) }, 'not written');
    }
  }

  private actor(extensionId: string | undefined): string {
    const number = extensionId && this.provisioning.snapshot.extensions.get(extensionId)?.number;
    return number ? `extension:${number}` : 'system';
  }

  private async begins(
    tx: EntityManager,
    { companyId, callId, at }: LedgerWrite,
    extensionId: string,
  ): Promise<void> {
    await tx.query(
      'INSERT INTO talk (id, company_id, call_id, extension_id, started_at) VALUES ($1, $2, $3, $4, $5)',
      [newId(), companyId, callId, extensionId, at],
    );
  }

  private async ends(tx: EntityManager, { callId, at }: LedgerWrite): Promise<void> {
    await tx.query('UPDATE talk SET ended_at = $2 WHERE call_id = $1 AND ended_at IS NULL', [callId, at]);
  }
}
