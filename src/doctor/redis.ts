import { messageOf } from '../common/app-error.js';
import { note, well, wrong, type Finding } from './finding.js';
import { isAtLeast, versionIn } from './versions.js';
import { Wire } from './wire.js';

const OLDEST = [7];

/** Looks at Redis in its own protocol (RESP2). */
export async function checkRedis(url: string): Promise<Finding[]> {
  const { hostname: host, port, username, password, protocol } = new URL(url);
  let wire: Wire;
  try {
    wire = await Wire.open({ host, port: Number(port || 6379), tls: protocol === 'rediss:' });
  } catch (error) {
    return [
      wrong(
        'REDIS_URL',
        `Redis at ${host} cannot be reached (${messageOf(error)}): start it, or mend REDIS_URL`,
      ),
    ];
  }
  try {
    if (password) {
      const who = username ? [decodeURIComponent(username)] : [];
      const answer = await say(wire, 'AUTH', ...who, decodeURIComponent(password));
      if (answer.startsWith('-'))
        return [wrong('REDIS_URL', `Redis at ${host} refuses the user or the password`)];
    }
    const info = await say(wire, 'INFO', 'server');
    if (info.startsWith('-NOAUTH'))
      return [wrong('REDIS_URL', `Redis at ${host} wants a password: redis://:password@host`)];
    const policy = await say(wire, 'CONFIG', 'GET', 'maxmemory-policy');
    return [versionFinding(/redis_version:(\S+)/.exec(info)?.[1] ?? ''), policyFinding(policy)];
  } catch (error) {
    return [wrong('REDIS_URL', `what is at ${host} does not answer as Redis does (${messageOf(error)})`)];
  } finally {
    wire.close();
  }
}

export const versionFinding = (version: string): Finding =>
  isAtLeast(versionIn(version), OLDEST)
    ? well('REDIS_URL', `Redis ${version}`)
    : wrong(
        'REDIS_URL',
        `Redis ${version || 'of an unknown version'} is too old: ${OLDEST.join('.')} or later is needed`,
      );

/** @param answer to CONFIG GET maxmemory-policy */
export function policyFinding(answer: string): Finding {
  const policy = /maxmemory-policy\s+\$\d+\s+(\S+)/.exec(answer)?.[1];
  if (policy === undefined) return note('maxmemory-policy', 'Redis does not tell: see that it is noeviction');
  return policy === 'noeviction'
    ? well('maxmemory-policy', policy)
    : wrong('maxmemory-policy', `${policy} throws jobs away when memory is short: set it to noeviction`);
}

function say(wire: Wire, ...words: string[]): Promise<string> {
  const text = `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
  return wire.ask(text, readReply);
}

/** One whole reply of RESP2 as it came. */
export function readReply(text: string): { answer: string; rest: string } | undefined {
  const end = endOfReply(text, 0);
  return end === undefined ? undefined : { answer: text.slice(0, end), rest: text.slice(end) };
}

function endOfReply(text: string, start: number): number | undefined {
  const lineEnd = text.indexOf('\r\n', start);
  if (lineEnd < 0) return undefined;
  const count = Number(text.slice(start + 1, lineEnd));
  let at = lineEnd + 2;
  if (text[start] === '$') {
    if (count < 0) return at;
    at += count + 2; // what we ask for is ASCII
    return at <= text.length ? at : undefined;
  }
  if (text[start] !== '*') return at;
  for (let part = 0; part < count; part += 1) {
    const next = endOfReply(text, at);
    if (next === undefined) return undefined;
    at = next;
  }
  return at;
}
