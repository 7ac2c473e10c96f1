import { readTokens, splitOutside, readParams } from './sip-values.js';
import type { StackMessage } from './stack.js';

/** RFC 4028. drachtio-server keeps the timers: it refreshes, and ends a dialog that is not refreshed. */
const SESSION_EXPIRES_S = 1_800;
const MIN_SE_S = 90;

/** The largest interval either side asked for that we still ask for in our own INVITE, after a 422. */
export const sessionTimerOffer = (seconds = SESSION_EXPIRES_S): Record<string, string> => ({
  'Session-Expires': `${Math.max(seconds, SESSION_EXPIRES_S)};refresher=uac`,
  'Min-SE': String(Math.max(MIN_SE_S, seconds === SESSION_EXPIRES_S ? MIN_SE_S : seconds)),
  Supported: 'timer',
});

/** A request whose interval is below what we take: the headers of the 422 (RFC 4028 §9). */
export function tooSmallInterval(request: StackMessage): Record<string, string> | undefined {
  const seconds = requested(request)?.seconds;
  return seconds !== undefined && seconds < MIN_SE_S ? { 'Min-SE': String(MIN_SE_S) } : undefined;
}

/** The session timer's headers of a 2xx to an INVITE or UPDATE (RFC 4028 §9, table 2). */
export function sessionTimerAnswer(request: StackMessage): Record<string, string> {
  const asked = requested(request);
  const peerSupports = readTokens(request.get('supported')).includes('timer');
  const seconds = Math.min(asked?.seconds ?? SESSION_EXPIRES_S, SESSION_EXPIRES_S);
  if (!peerSupports) return { 'Session-Expires': `${seconds};refresher=uas` };
  const refresher = asked?.refresher === 'uas' ? 'uas' : 'uac';
  return {
    'Session-Expires': `${seconds};refresher=${refresher}`,
    ...(refresher === 'uac' ? { Require: 'timer' } : {}),
  };
}

/** What a 422 demands, in seconds. */
export const demandedInterval = (response: StackMessage): number | undefined => {
  const seconds = Number.parseInt(response.get('min-se') ?? '', 10);
  return seconds > 0 && seconds < 86_400 ? seconds : undefined;
};

function requested(request: StackMessage): { seconds: number; refresher: string | undefined } | undefined {
  const value = request.get('session-expires') ?? request.get('x');
  const [interval = '', ...params] = splitOutside(value ?? '', ';');
  if (!/^\d{1,9}$/.test(interval)) return undefined;
  return {
    seconds: Number(interval),
    refresher: readParams(params.join(';')).get('refresher')?.toLowerCase(),
  };
}
