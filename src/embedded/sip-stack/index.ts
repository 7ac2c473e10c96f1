/**
 * A SIP user agent core (RFC 3261 and what the comments in each file name), transport-neutral.
 * What stands on it: the drachtio facade, the media server's user agent, the phones of the tests.
 */
export { SipMessage, headerKey, type HeaderInput, type SipHeader } from './message.js';
export { parseSip, serialize, serializeText, SipParseError, type ParseOptions } from './parser.js';
export { nameAddr, splitList, readVias, unquote, type NameAddr, type Via } from './header-values.js';
export { parseUri, type SipUri } from './uri.js';
export { reasonPhrase } from './status.js';
export type * from './types.js';
