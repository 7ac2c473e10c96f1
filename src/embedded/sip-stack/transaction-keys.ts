import { MAGIC_COOKIE } from './identifiers.js';
import type { SipMessage } from './message.js';

/** RFC 3261 §17.2.3: by branch, sent-by and method; without the magic cookie as RFC 2543 did. */
export function serverKey(request: SipMessage, branch: string, sentBy: string): string {
  const method = request.method === 'ACK' ? 'INVITE' : request.method;
  if (branch.length > MAGIC_COOKIE.length && branch.startsWith(MAGIC_COOKIE))
    return `${branch}|${sentBy}|${method}`;
  const { number } = request.cseq;
  return `${request.callId}|${request.fromTag}|${number}|${request.uri}|${sentBy}|${branch}|${method}`;
}

/** RFC 3261 §8.2.2.2: what the same request by another path has in common. */
export const mergeKey = (request: SipMessage): string =>
  `${request.callId}|${request.fromTag}|${request.get('cseq')}`;

/** FNV-1a, eight hex digits. */
export function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, '0');
}
