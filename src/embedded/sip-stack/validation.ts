import type { SipMessage } from './message.js';
import { checkNameAddr, HeaderValueError, isToken, readVias, splitList } from './header-values.js';

export interface Fault {
  status: number;
  message: string;
}

/**
 * Header fields that may stand once only (RFC 3261 §20 table 2; RFC 4475 §3.3.8), and Via; a bit for each.
 * The first five are required in every message (§8.1.1).
 */
const FIELDS = [
  'to',
  'from',
  'call-id',
  'cseq',
  'via',
  'max-forwards',
  'content-length',
  'content-type',
  'expires',
] as const;
const BITS: ReadonlyMap<string, number> = new Map(FIELDS.map((key, i) => [key, 1 << i]));
const REQUIRED = 0b11111;
const VIA = BITS.get('via')!;

const KNOWN_METHODS = new Set([
  'INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'PRACK', 'UPDATE', 'INFO', 'SUBSCRIBE', 'NOTIFY',
  'MESSAGE', 'REFER', 'PUBLISH',
]); // prettier-ignore

/** Header fields whose values are name-addr or addr-spec lists. */
const ADDRESS_LISTS = ['contact', 'route', 'record-route', 'path'];

/** What is wrong with a request that was read, or undefined. */
export function checkRequest(message: SipMessage): Fault | undefined {
  const missing = checkFields(message);
  if (missing) return missing;
  const cseq = message.cseq;
  if (cseq.method !== message.method)
    return KNOWN_METHODS.has(message.method)
      ? bad('the method in CSeq is another one')
      : { status: 501, message: 'an unknown method that CSeq contradicts' }; // RFC 4475 §3.1.2.18
  const uri = message.uri;
  if (uri.startsWith('<') || /[\s<>"]/.test(uri)) return bad('the Request-URI is no URI');
  // RFC 3261 §19.1.1 table 1: no header component in a Request-URI (RFC 4475 §3.1.2.11).
  if (/^sips?:/i.test(uri) && uri.includes('?', uri.lastIndexOf('@') + 1))
    return bad('the Request-URI carries header fields');
  if (!/^[a-z][a-z0-9+.-]*:./i.test(uri)) return bad('the Request-URI has no scheme');
  const hops = message.get('max-forwards');
  if (hops !== undefined && !isNumber(hops, 255)) return bad('Max-Forwards is not in 0…255');
  const expires = message.get('expires');
  if (expires !== undefined && !isNumber(expires, 0xffffffff)) return bad('Expires is not in 0…2^32-1');
  return checkAddresses(message);
}

/** What is wrong with a response, or undefined; a faulty one is dropped. */
export function checkResponse(message: SipMessage): Fault | undefined {
  return checkFields(message);
}

function checkFields(message: SipMessage): Fault | undefined {
  let seen = 0;
  for (const { key } of message.headers) {
    const bit = BITS.get(key);
    if (bit === undefined) continue;
    if (seen & bit && bit !== VIA) return bad(`${key} stands more than once`);
    seen |= bit;
  }
  if ((seen & REQUIRED) !== REQUIRED)
    return bad(`${FIELDS.find((_key, i) => !(seen & (1 << i)))} is missing`);
  if (message.callId === '') return bad('Call-ID is empty');
  const cseq = message.get('cseq')!;
  // RFC 3261 §8.1.1.5: below 2^31.
  if (!/^\d{1,12}\s+\S+$/.test(cseq) || message.cseq.number > 0x7fffffff || !isToken(message.cseq.method))
    return bad('CSeq can not be read');
  for (const header of message.headers)
    if (header.key === 'via') {
      if (/^[\s,;]|,\s*[,;]|,\s*$/.test(header.value)) return bad('Via holds an empty value');
      if (readVias(header.value).some((via) => via?.version !== '2.0')) return bad('Via can not be read');
    }
  try {
    checkNameAddr(message.get('from')!);
    checkNameAddr(message.get('to')!);
  } catch (error) {
    return fault('From or To', error);
  }
  return undefined;
}

function checkAddresses(message: SipMessage): Fault | undefined {
  for (const header of message.headers) {
    if (!ADDRESS_LISTS.includes(header.key)) continue;
    if (header.key === 'contact' && header.value === '*') continue;
    try {
      if (/^[,;]|,\s*,|,\s*$/.test(header.value)) throw new HeaderValueError('an empty value');
      for (const value of splitList(header.value)) {
        checkNameAddr(value);
        checkContactParams(header.key, value);
      }
    } catch (error) {
      return fault(header.name, error);
    }
  }
  return undefined;
}

/** RFC 4475 §3.1.2.4: `expires` of a Contact must fit into 32 bits, `q` into 0…1. */
function checkContactParams(key: string, value: string): void {
  if (key !== 'contact' || !value.includes('expires')) return;
  const expires = /;\s*expires\s*=\s*(\d+)\s*(?:;|$)/i.exec(value.slice(value.lastIndexOf('>') + 1));
  if (expires && !isNumber(expires[1]!, 0xffffffff)) throw new HeaderValueError('expires is too large');
}

function isNumber(value: string, most: number): boolean {
  return /^\d{1,10}$/.test(value) && Number(value) <= most;
}

const bad = (message: string): Fault => ({ status: 400, message });

function fault(where: string, error: unknown): Fault {
  if (error instanceof HeaderValueError) return bad(`${where}: ${error.message}`);
  throw error;
}
