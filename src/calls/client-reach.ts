import { Injectable } from '@nestjs/common';
import type { PhoneNumber } from '../common/phone-number.js';
import type { OfferedLeg } from '../media/offered-leg.js';
import type { Emergency } from '../sip/sip-target.js';
import { ClientDialer } from './client-dialer.js';
import { Conversation } from './conversation.js';
import type { LiveCall } from './live-call.js';
import { LiveCalls } from './live-calls.js';
import type { WaitingManager } from './waiting-manager.js';

/** Rings the client for a manager who waits for him, and joins the two. */
@Injectable()
export class ClientReach {
  constructor(
    private readonly clientDialer: ClientDialer,
    private readonly conversation: Conversation,
    private readonly liveCalls: LiveCalls,
  ) {}

  /**
   * Resolves when the call is over.
   * @param offered the client's leg
   * @throws AppError with the ending's name as its code
   */
  async reach(
    call: LiveCall,
    number: PhoneNumber | Emergency,
    { leg, offer }: OfferedLeg,
    manager: WaitingManager,
  ): Promise<void> {
    const over = this.liveCalls.crossings.wait(call, manager);
    const { dialog, isBridged } = await this.clientDialer
      .dial(call, number, {
        managerLeg: manager.leg,
        clientLeg: leg,
        offer,
      })
      .finally(over);
    await this.conversation.begin(call, {
      client: { leg, dialog: Promise.resolve(dialog) },
      manager: { leg: manager.leg, dialog: manager.dialog(), extensionId: manager.extensionId },
      dialled: { clientDialogId: dialog.stackDialogId, managerDialogId: manager.dialogId ?? null },
      joinable: Promise.resolve(),
      isBridged,
    });
    await call.untilOver();
  }
}
