import { Injectable } from '@nestjs/common';
import type { ReachableClient } from '../clients/client-directory.js';
import type { MediaLeg } from '../media/media-leg.js';
import type { OfferedLeg } from '../media/offered-leg.js';
import type { SipDialog } from '../sip/dialog.js';
import { ClientDialer } from './client-dialer.js';
import { Conversation } from './conversation.js';
import type { LiveCall } from './live-call.js';
import { OutboundNumbers } from './outbound-numbers.js';

/** A manager who waits for the client whom he calls: his leg is up, his dialog is there or can be had at once. */
export interface WaitingManager {
  extensionId: string;
  leg: MediaLeg;
  /** Answers him, where he waits for our answer. @throws AppError with the ending's name as its code */
  dialog: () => Promise<SipDialog>;
}

/** Rings the client for a manager who waits for him, and joins the two. */
@Injectable()
export class ClientReach {
  constructor(
    private readonly clientDialer: ClientDialer,
    private readonly conversation: Conversation,
    private readonly numbers: OutboundNumbers,
  ) {}

  /**
   * Resolves when the call is over.
   * @param offered the client's leg
   * @throws AppError with the ending's name as its code
   */
  async reach(
    call: LiveCall,
    client: ReachableClient,
    { leg, offer }: OfferedLeg,
    manager: WaitingManager,
  ): Promise<void> {
    const number = await this.numbers.of(client, call.companyId);
    if (call.over.aborted) return;
    const dialog = await this.clientDialer.dial(call, number, {
      managerLeg: manager.leg,
      clientLeg: leg,
      offer,
    });
    await this.conversation.begin(call, {
      client: { leg, dialog: Promise.resolve(dialog) },
      manager: { leg: manager.leg, dialog: manager.dialog(), extensionId: manager.extensionId },
      dialled: { clientDialogId: dialog.stackDialogId, managerDialogId: null },
      joinable: Promise.resolve(),
    });
    await call.untilOver();
  }
}
