import { createHmac, randomBytes } from 'node:crypto';

const KEY = randomBytes(32);

/**
 * Tells one SIP call's lines in the log from another's, for as long as this process runs. Its Call-ID is the carrier's,
 * and some write the caller's number there.
 */
export const callLabel = (sipCallId: string): string =>
  createHmac('sha256', KEY).update(sipCallId).digest('base64url').slice(0, 12);
