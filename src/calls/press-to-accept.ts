import { setTimeout as pause } from 'node:timers/promises';
import type { Prompt } from '../media/prompts.js';
import { SipRejected } from '../sip/sip-rejected.js';
import { onKeys } from './keypad.js';
import type { Party } from './party.js';

const ACCEPT_KEY = '1';
/** How long a mobile that was answered may say nothing: longer than most greetings of a voicemail. */
const PATIENCE_MS = 15_000;
const BETWEEN_MS = 1_500;

type Verdict = 'accepted' | 'declined' | 'silent' | 'taken-back' | 'lost';

/** What each comes to as the answer of a phone that was rung. */
const STATUS: Readonly<Record<Exclude<Verdict, 'accepted'>, number>> = {
  declined: 603,
  silent: 408,
  'taken-back': 487,
  lost: 503,
};

/**
 * Connects whoever answered to his leg, and asks him to press 1, again and again: a voicemail, a pocket or a child does not.
 * @param signal the call is another's meanwhile, or over
 * @throws SipRejected 603 where he hangs up, 408 where he says nothing, 487 at the signal
 */
export async function pressedToAccept(
  party: Party,
  prompt: Prompt | undefined,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const verdict = await new Promise<Verdict>((settle) => {
    const stopKeys = onKeys(party, (digit) => digit === ACCEPT_KEY && settle('accepted'));
    const timer = setTimeout(() => settle('silent'), PATIENCE_MS);
    const onAbort = () => settle('taken-back');
    over.signal.addEventListener('abort', () => {
      stopKeys();
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    });
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    party.leg.onLost(() => settle('lost'));
    party.dialog.onBye(() => settle('declined'));
    party.leg
      .modify(party.dialog.remoteSdp)
      .then(() => sayAgainAndAgain(party, prompt, over.signal))
      .catch(() => settle('lost'));
  });
  over.abort();
  if (verdict !== 'accepted') throw new SipRejected(STATUS[verdict]);
  await party.leg.stopPlaying();
}

async function sayAgainAndAgain(
  { leg }: Party,
  prompt: Prompt | undefined,
  signal: AbortSignal,
): Promise<void> {
  while (prompt && !signal.aborted) {
    await leg.playPrompt(prompt, signal);
    await pause(BETWEEN_MS, undefined, { signal }).catch(() => undefined);
  }
}
