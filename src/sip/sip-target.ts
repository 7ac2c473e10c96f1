import type { PhoneNumber } from '../common/phone-number.js';
import type { Sealer } from '../common/sealer.js';
import type { CompanyNumberConfig, Snapshot, TrunkConfig } from '../provisioning/config.js';
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

/** The Request-URI for a number behind a carrier. */
export const trunkTarget = (trunk: TrunkConfig, number: PhoneNumber): string =>
  `sip:${number.reveal()}@${trunk.host}:${trunk.port};transport=${trunk.transport}`;

/** Which company number was dialled. */
export const companyNumberOf = (snapshot: Snapshot, number: PhoneNumber): CompanyNumberConfig | undefined =>
  snapshot.companyNumbers.get(number.reveal());

/** What a refused call keeps of its caller: a keyed hash, the same for the same number. */
export const callerHash = (sealer: Sealer, number: PhoneNumber): string =>
  sealer.lookupHash(number.reveal()).toString('base64');
