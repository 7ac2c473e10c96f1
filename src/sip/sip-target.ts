import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { PhoneNumber } from '../common/phone-number.js';
import type { Sealer } from '../common/sealer.js';
import type { CompanyNumberConfig, NumberFormat, Snapshot, TrunkConfig } from '../provisioning/config.js';
import type { Binding } from './binding.js';
import { escapeUser, parseSipUri } from './sip-values.js';

/** What a device's audio travels by: browsers take nothing but WebRTC, phones nothing but RTP. */
export type MediaKind = 'rtp' | 'webrtc';

/** Where an INVITE for a device goes. */
export interface DialTarget {
  extensionId: string;
  media: MediaKind;
  /** The Request-URI. */
  uri: string;
  /** The next hop, where the phone's own contact cannot be reached. */
  proxy?: string;
  /** Path of its registration (RFC 3327), for the Route header. */
  route?: string;
}

/** The address of a registered device as seen from here. */
export function deviceTarget(binding: Binding): DialTarget {
  const { extensionId, received, path } = binding;
  const contact = parseSipUri(binding.contact);
  const address = received.address.includes(':') ? `[${received.address}]` : received.address;
  const next = `${address}:${received.port};transport=${received.protocol === 'wss' ? 'ws' : received.protocol}`;
  if (received.protocol === 'ws' || received.protocol === 'wss') {
    // A browser's contact is a name nobody can resolve (RFC 7118 §5); it is reached on the socket it came by.
    return { extensionId, media: 'webrtc', uri: `sip:${escapeUser(contact?.user ?? '')}@${next}` };
  }
  if (path.length > 0) return { extensionId, media: 'rtp', uri: binding.contact, route: path.join(', ') };
  const port = contact?.port ?? (received.protocol === 'tls' ? 5061 : 5060);
  const isDirect = contact?.host === address && port === received.port;
  return { extensionId, media: 'rtp', uri: binding.contact, ...(isDirect ? {} : { proxy: `sip:${next}` }) };
}

/** An emergency number: dialled as it is, and no secret. */
export interface Emergency {
  emergency: string;
}

/** The Request-URI for a number behind a carrier. */
export function trunkTarget(trunk: TrunkConfig, number: PhoneNumber | Emergency, country: string): string {
  const user =
    'emergency' in number ? number.emergency : numberForTrunk(number.reveal(), trunk.dialFormat, country);
  return `sip:${user}@${trunk.host}:${trunk.port};transport=${trunk.transport}`;
}

/**
 * A number as a carrier wants it.
 * @param e164 with the plus
 * @param country ISO 3166-1 alpha-2: `national` writes the numbers of this one as they are dialled within it
 */
export function numberForTrunk(e164: string, format: NumberFormat, country: string): string {
  if (format === 'digits') return e164.slice(1);
  if (format === 'e164') return e164;
  const parsed = parsePhoneNumberFromString(e164);
  return parsed?.country === country ? parsed.formatNational().replace(/\D/g, '') : e164;
}

/** Which company number was dialled. */
export const companyNumberOf = (snapshot: Snapshot, number: PhoneNumber): CompanyNumberConfig | undefined =>
  snapshot.companyNumbers.get(number.reveal());

/** What a refused call keeps of its caller: a keyed hash, the same for the same number. */
export const callerHash = (sealer: Sealer, number: PhoneNumber): string =>
  sealer.lookupHash(number.reveal()).toString('base64');
