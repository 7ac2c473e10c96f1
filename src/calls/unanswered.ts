import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import type { WaitingInvite } from '../sip/inbound-invite.js';
import { ENDINGS, endingOf } from './call-endings.js';
import type { LiveCall } from './live-call.js';

/** Seconds after which a caller who met a full or failing house may try again. */
const RETRY_AFTER_S = '10';

/** Gives a call that failed the ending that the error stands for. */
export function endFailed(call: LiveCall, error: unknown): void {
  const ending = endingOf(error);
  // A caller who is gone makes whatever was under way fail; his going is the ending, not the failure.
  const level = call.over.aborted
    ? 'debug'
    : ending === 'internal-error'
      ? 'error'
      : ENDINGS[ending].endedBy === 'client'
        ? 'info'
        : 'warn';
  log('calls')[level]({ callId: call.id, ending, error: messageOf(error) }, 'call failed');
  call.end(ending);
}

/** The final response to whoever waits for an answer that will not come. */
export function refuseWaiting(call: LiveCall, invite: WaitingInvite): void {
  if (invite.cancelled.aborted) return; // drachtio-server has answered 487 already
  if (call.ending === 'joined-inbound') return; // the call that he was joined to answers him
  const { sipStatus } = ENDINGS[call.ending ?? 'internal-error'];
  invite.refuse(sipStatus, sipStatus === 503 ? { 'Retry-After': RETRY_AFTER_S } : undefined);
}
