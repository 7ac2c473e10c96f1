import { AppError } from '../common/app-error.js';
import type { MediaLeg } from '../media/media-leg.js';
import type { SipDialog } from '../sip/dialog.js';
import type { WaitingInvite } from '../sip/inbound-invite.js';
import type { EndingName } from './call-endings.js';
import type { LiveCall } from './live-call.js';

/** What it is called when the one who waits for our answer goes: before it, and after. */
const GOING: Readonly<Record<'client' | 'manager', { before: EndingName; after: EndingName }>> = {
  client: { before: 'caller-gave-up', after: 'client-hung-up' },
  manager: { before: 'manager-gave-up', after: 'manager-hung-up' },
};

/**
 * Answers whoever waits, with his media leg's SDP; resolves at his ACK.
 * @throws AppError with the ending's name as its code
 */
export async function answer(
  call: LiveCall,
  invite: WaitingInvite,
  leg: MediaLeg,
  who: 'client' | 'manager',
): Promise<SipDialog> {
  const dialog = await invite.answer(leg.sdp).catch(() => {
    // Either the CANCEL was faster than our 200, or no ACK came for it (RFC 3261 §13.3.1.4).
    const ending = invite.cancelled.aborted ? GOING[who].before : 'answer-not-confirmed';
    throw new AppError(ending, `no dialog with the ${who}`);
  });
  endWith(call, dialog, who);
  if (!invite.offer) await leg.modify(dialog.remoteSdp); // his answer came with the ACK
  return dialog;
}

/** Until the parties talk (Conversation), the end of this dialog is the call's end; the call's end always is its. */
export function endWith(call: LiveCall, dialog: SipDialog, who: 'client' | 'manager'): void {
  call.atEnd(() => dialog.bye());
  dialog.onBye(({ by }) => call.end(by === 'remote' ? GOING[who].after : 'dialog-timed-out'));
}

/** Until the parties talk, the loss of this leg is the call's end; the call's end always is its. */
export function endWithLeg(call: LiveCall, leg: MediaLeg): void {
  call.atEnd(() => leg.end());
  leg.onLost((loss) => call.end(loss === 'no-audio' ? 'no-audio' : 'media-server-lost'));
}
