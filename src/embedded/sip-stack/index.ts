/**
 * A SIP user agent core (RFC 3261 and what the comments in each file name), transport-neutral.
 * What stands on it: the drachtio facade, the media server's user agent, the phones of the tests.
 */
export { SipMessage, headerKey, type HeaderInput, type SipHeader } from './message.js';
export { parseSip, serialize, serializeText, SipParseError, type ParseOptions } from './parser.js';
export { nameAddr, splitList, readVias, unquote, type NameAddr, type Via } from './header-values.js';
export { parseUri, type SipUri } from './uri.js';
export { resolveUri, protocolOf, UnroutableError } from './resolve.js';
export { reasonPhrase } from './status.js';
export { newBranch, newCallId, newTag } from './identifiers.js';
export { SipEndpoint } from './endpoint.js';
export { UserAgent } from './user-agent.js';
export { SipFailure } from './sip-failure.js';
export { Dialog, dialogId } from './dialog.js';
export { AnswerKeeper } from './answer-keeper.js';
export { MIN_SE_S, SessionTimer, sessionExpires, supports } from './session-timer.js';
export type { Timer, Timers } from './timers.js';
export { buildResponse } from './response.js';
export type * from './types.js';
