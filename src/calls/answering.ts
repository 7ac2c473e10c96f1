import { AppError } from '../common/app-error.js';
import type { MediaLeg } from '../media/media-leg.js';
import type { SipDialog } from '../sip/dialog.js';
import type { WaitingInvite } from '../sip/inbound-invite.js';
import type { EndingName } from './call-endings.js';
import type { LiveCall } from './live-call.js';

/** The two parties of every call; between extensions the caller stands where the client does, his colleague answers. */
export type Who = 'client' | 'manager';

interface Going {
  /** Whoever waited for our answer went before it. */
  before: EndingName;
  after: EndingName;
}

const WITH_A_CLIENT: Readonly<Record<Who, Going>> = {
  client: { before: 'caller-gave-up', after: 'client-hung-up' },
  manager: { before: 'manager-gave-up', after: 'manager-hung-up' },
};

const BETWEEN_COLLEAGUES: Readonly<Record<Who, Going>> = {
  client: { before: 'manager-gave-up', after: 'manager-hung-up' },
  manager: { before: 'colleague-hung-up', after: 'colleague-hung-up' },
};

/** What it is called when one of the parties goes. */
export const goingOf = ({ direction }: LiveCall, who: Who): Going =>
  (direction === 'internal' ? BETWEEN_COLLEAGUES : WITH_A_CLIENT)[who];

/**
 * Answers whoever waits, with his media leg's SDP; resolves at his ACK.
 * @throws AppError with the ending's name as its code
 */
export async function answer(
  call: LiveCall,
  invite: WaitingInvite,
  leg: MediaLeg,
  who: Who,
): Promise<SipDialog> {
  const dialog = await invite.answer(leg.sdp).catch(() => {
    // Either the CANCEL was faster than our 200, or no ACK came for it (RFC 3261 §13.3.1.4).
    const ending = invite.cancelled.aborted ? goingOf(call, who).before : 'answer-not-confirmed';
    throw new AppError(ending, `no dialog with the ${who}`);
  });
  endWith(call, dialog, who);
  if (!invite.offer) await leg.modify(dialog.remoteSdp); // his answer came with the ACK
  return dialog;
}

/** Until the parties talk (Conversation), the end of this dialog is the call's end; the call's end always is its. */
export function endWith(call: LiveCall, dialog: SipDialog, who: Who): void {
  call.atEnd(() => dialog.bye(), dialog);
  endOnBye(call, dialog, goingOf(call, who).after);
}

/** The end of this dialog is the call's end, by this name. */
export function endOnBye(call: LiveCall, dialog: SipDialog, ending: EndingName): void {
  dialog.onBye(({ by }) => call.end(by === 'remote' ? ending : 'dialog-timed-out'));
}

/** Until the parties talk, the loss of this leg is the call's end; the call's end always is its. */
export function endWithLeg(call: LiveCall, leg: MediaLeg): void {
  call.atEnd(() => leg.end(), leg);
  leg.onLost((loss) => call.end(loss === 'no-audio' ? 'no-audio' : 'media-server-lost'));
}
