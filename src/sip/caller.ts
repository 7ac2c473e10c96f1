import { PhoneNumber } from '../common/phone-number.js';
import { parseNameAddress, parseSipUri, readTokens, splitOutside } from './sip-values.js';

/** Who calls, as far as the carrier tells. */
export type Caller =
  | {
      kind: 'number';
      number: PhoneNumber;
      /** The carrier vouches for it (P-Asserted-Identity, RFC 3325); what From says is whatever the caller wrote. */
      asserted: boolean;
    }
  | { kind: 'withheld' }
  | { kind: 'malformed' };

/** Headers by which carriers name a caller. */
export interface CallerHeaders {
  from: string | undefined;
  /** From a trunk only: a device could claim anything (RFC 3325 §5). */
  assertedIdentity?: string;
  remotePartyId?: string;
  privacy?: string;
}

/** RFC 3323 §4.2 and RFC 3325 §9.3: what asks for the caller not to be shown. */
const PRIVATE = ['id', 'user', 'header', 'full'];
/** User parts that carriers write for a caller without a number (RFC 3261 §8.1.1.3, RFC 3323 §4.1). */
const NOBODY = ['anonymous', 'restricted', 'unavailable', 'unknown', 'private', 'withheld', 'asserted'];

/**
 * Reads the caller of an INVITE.
 * @param country ISO 3166-1 alpha-2 of the company, for numbers in national notation
 */
export function readCaller(headers: CallerHeaders, country: string): Caller {
  const privacy = readTokens(headers.privacy?.replace(/;/g, ','));
  if (privacy.some((token) => PRIVATE.includes(token))) return { kind: 'withheld' };

  for (const identity of splitOutside(headers.assertedIdentity ?? '', ',')) {
    const caller = readIdentity(identity, country);
    if (caller.kind === 'number') return { ...caller, asserted: true };
  }
  if (headers.remotePartyId) {
    const privacyParam = parseNameAddress(headers.remotePartyId)?.params.get('privacy')?.toLowerCase();
    if (privacyParam && privacyParam !== 'off') return { kind: 'withheld' };
    const caller = readIdentity(headers.remotePartyId, country);
    if (caller.kind === 'number') return caller;
  }
  return readIdentity(headers.from, country);
}

function readIdentity(value: string | undefined, country: string): Caller {
  const address = parseNameAddress(value);
  const uri = address && parseSipUri(address.uri);
  if (!uri) return { kind: 'malformed' };
  const user = uri.user.trim();
  if (uri.host === 'anonymous.invalid' || user === '' || NOBODY.includes(user.toLowerCase())) {
    return { kind: 'withheld' };
  }
  const number = PhoneNumber.parse(user, country);
  return number ? { kind: 'number', number, asserted: false } : { kind: 'malformed' };
}
