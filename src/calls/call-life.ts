import { Injectable } from '@nestjs/common';
import type { WaitingInvite } from '../sip/inbound-invite.js';
import { CallLedger } from './call-ledger.js';
import type { LiveCall } from './live-call.js';
import { LiveCalls } from './live-calls.js';
import { endFailed, refuseWaiting } from './unanswered.js';

/** What every call has around it, whoever makes it: it is known while it lives, and its end is written. */
@Injectable()
export class CallLife {
  constructor(
    private readonly callLedger: CallLedger,
    private readonly liveCalls: LiveCalls,
  ) {}

  /**
   * Takes a call to its written end, whatever `course` throws.
   * @param invite of whoever waits for our answer, where somebody does
   */
  async run(call: LiveCall, invite: WaitingInvite | undefined, course: () => Promise<void>): Promise<void> {
    this.liveCalls.add(call);
    try {
      await course();
    } catch (error) {
      endFailed(call, error);
    } finally {
      if (invite && !call.answered) refuseWaiting(call, invite);
      // Written at once: a phone that does not answer its BYE holds nothing up.
      await Promise.all([this.callLedger.ended(call), call.close()]);
      this.liveCalls.remove(call);
    }
  }
}
