import { Injectable } from '@nestjs/common';
import { Provisioning } from '../provisioning/provisioning.js';
import type { Refer } from '../sip/refer.js';
import { AttendedTransfer } from './attended-transfer.js';
import { BlindTransfer } from './blind-transfer.js';
import { Conversation } from './conversation.js';
import type { LiveCall } from './live-call.js';
import { TalkLedger, type TransferRefusal } from './talk-ledger.js';
import { readTransferTarget } from './transfer-target.js';
import { endFailed } from './unanswered.js';

/** The final response to a REFER that is not followed (RFC 3515 §2.4.2); the client stays with the manager. */
const STATUS: Readonly<Record<TransferRefusal, number>> = {
  'raw-number': 403,
  'another-client': 403,
  'to-himself': 403,
  'not-a-colleague': 403,
  'between-colleagues': 403,
  nowhere: 404,
  malformed: 400,
  'no-such-dialog': 481,
  'transfer-under-way': 491,
};

/** A manager's phone asks to pass the client on. */
@Injectable()
export class ReferHandler {
  constructor(
    conversation: Conversation,
    private readonly provisioning: Provisioning,
    private readonly blind: BlindTransfer,
    private readonly attended: AttendedTransfer,
    private readonly ledger: TalkLedger,
  ) {
    conversation.onRefer((call, refer) => void this.handle(call, refer));
  }

  private async handle(call: LiveCall, refer: Refer): Promise<void> {
    try {
      const refusal = await this.follow(call, refer);
      if (!refusal) return;
      await this.ledger.transferRefused(call, call.lastTalker ?? '', refusal);
      refer.refuse(STATUS[refusal]);
    } catch (error) {
      refer.refuse(500);
      refer.notify(500);
      endFailed(call, error);
    }
  }

  /** @returns why it is refused; undefined where it was followed, to whatever end */
  private async follow(call: LiveCall, refer: Refer): Promise<TransferRefusal | undefined> {
    const manager = call.talk?.manager;
    if (!manager) return 'transfer-under-way';
    if (refer.target === '') return 'malformed';
    if (call.direction === 'internal') return 'between-colleagues';
    if (refer.replaces) return this.attended.transfer(call, manager, refer.replaces, refer);
    const from = { id: manager.extensionId, companyId: call.companyId };
    const target = readTransferTarget(this.provisioning.snapshot, from, refer.target);
    if (target.kind === 'refused') return target.reason;
    await this.blind.transfer(call, target.to, target.label, refer);
    return undefined;
  }
}
