import { createHash, randomBytes } from 'node:crypto';
import { splitList, unquote } from './header-values.js';
import type { SipMessage } from './message.js';
import type { Credentials } from './types.js';

const HASHES: Readonly<Record<string, string>> = { 'SHA-256': 'sha256', MD5: 'md5' };

/** RFC 7616, RFC 8760: the challenges of a 401 or 407, strongest first. */
function challenges(response: SipMessage, header: string): Map<string, string>[] {
  const found: Map<string, string>[] = [];
  for (const value of response.getAll(header)) {
    for (const part of splitList(value)) {
      const start = /^digest\s+/i.exec(part);
      const current = start ? new Map<string, string>() : found.at(-1);
      if (start) found.push(current!);
      const pair = start ? part.slice(start[0].length) : part;
      const equals = pair.indexOf('=');
      if (equals > 0)
        current?.set(pair.slice(0, equals).trim().toLowerCase(), unquote(pair.slice(equals + 1).trim()));
    }
  }
  const known = found.filter((one) => algorithmOf(one) in HASHES);
  return known.sort((a, b) => algorithmOf(b).length - algorithmOf(a).length);
}

const algorithmOf = (challenge: Map<string, string>): string =>
  (challenge.get('algorithm') ?? 'MD5').toUpperCase();

/** The header that answers the challenge of this response, or undefined when it has none we can answer. */
export function answerChallenge(
  response: SipMessage,
  request: { method: string; uri: string },
  credentials: Credentials,
): { name: string; value: string } | undefined {
  const proxy = response.status === 407;
  const challenge = challenges(response, proxy ? 'proxy-authenticate' : 'www-authenticate')[0];
  const nonce = challenge?.get('nonce');
  if (challenge === undefined || nonce === undefined) return undefined;
  const algorithm = algorithmOf(challenge);
  const digest = (text: string): string => createHash(HASHES[algorithm]!).update(text).digest('hex');
  const realm = challenge.get('realm') ?? '';
  const ha1 = digest(`${credentials.username}:${realm}:${credentials.password}`);
  const ha2 = digest(`${request.method}:${request.uri}`);
  const qop = challenge
    .get('qop')
    ?.split(',')
    .some((one) => one.trim() === 'auth');
  const cnonce = randomBytes(8).toString('hex');
  const answer = qop
    ? digest(`${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}`)
    : digest(`${ha1}:${nonce}:${ha2}`);
  let value = `Digest username="${credentials.username}", realm="${realm}", nonce="${nonce}", uri="${request.uri}"`;
  value += `, response="${answer}", algorithm=${algorithm}`;
  if (qop) value += `, qop=auth, nc=00000001, cnonce="${cnonce}"`;
  const opaque = challenge.get('opaque');
  if (opaque !== undefined) value += `, opaque="${opaque}"`;
  return { name: proxy ? 'Proxy-Authorization' : 'Authorization', value };
}
