import { headerKey, SipMessage } from '../sip-stack/index.js';

/** What an application sent: a message with headers as it likes to spell them and a body without a true length. */
export interface AppMessage {
  /** '' for a response. */
  method: string;
  uri: string;
  /** 0 for a request. */
  status: number;
  reason: string;
  headers: { key: string; name: string; value: string }[];
  body: string;
}

/** Names that title case gets wrong. */
const SPELLED: Readonly<Record<string, string>> = {
  'call-id': 'Call-ID',
  cseq: 'CSeq',
  'www-authenticate': 'WWW-Authenticate',
  'mime-version': 'MIME-Version',
  rseq: 'RSeq',
  rack: 'RAck',
  'min-se': 'Min-SE',
  'sip-etag': 'SIP-ETag',
  'sip-if-match': 'SIP-If-Match',
};

/** `content-type` → `Content-Type`; what has capitals of its own keeps them. */
export const spell = (name: string): string =>
  SPELLED[name] ??
  (name === name.toLowerCase()
    ? name.replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => dash + letter.toUpperCase())
    : name);

/** @returns undefined for what has no start line */
export function parseAppMessage(text: string): AppMessage | undefined {
  const split = text.indexOf('\r\n\r\n');
  const head = split < 0 ? text : text.slice(0, split);
  // drachtio-srf counts characters in Content-Length, not bytes: the frame's end is the body's.
  const body = split < 0 ? '' : text.slice(split + 4);
  const lines = head.split('\r\n');
  const start = lines[0] ?? '';
  const message: AppMessage = { method: '', uri: '', status: 0, reason: '', headers: [], body };
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(start);
  const request = response ? null : /^(\S+) (\S+) SIP\/2\.0$/.exec(start);
  if (response) {
    message.status = Number(response[1]);
    message.reason = response[2]!;
  } else if (request) {
    message.method = request[1]!.toUpperCase();
    message.uri = request[2]!;
  } else return undefined;
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim();
    // A lone CR or LF in a value would smuggle a header in.
    const value = line
      .slice(colon + 1)
      .replace(/[\r\n\0]+/g, ' ')
      .trim();
    message.headers.push({ key: headerKey(name), name: spell(name), value });
  }
  return message;
}

export const appHeader = (message: AppMessage, key: string): string | undefined =>
  message.headers.find((header) => header.key === key)?.value;

/** Headers the server makes itself. */
const OURS = new Set(['via', 'from', 'to', 'call-id', 'cseq', 'content-length', 'max-forwards', 'route']);

/**
 * Puts the application's headers and body into a message of ours, with `localhost` in addresses replaced by the
 * address the message leaves by.
 * @param keep headers of `OURS` that the application may set
 */
export function dressWith(
  message: SipMessage,
  app: AppMessage,
  local: string,
  keep: readonly string[] = [],
): void {
  for (const { key, name, value } of app.headers) {
    if (value === '' && key === 'contact') continue;
    if (!OURS.has(key) || keep.includes(key)) message.add(name, atLocal(value, local));
  }
  if (app.body === '') return;
  message.body = Buffer.from(app.body);
  if (!message.has('content-type') && app.body.startsWith('v=0'))
    message.add('Content-Type', 'application/sdp');
}

/** `sip:101@localhost` and `sip:localhost` → the address the message leaves by (host:port). */
export const atLocal = (value: string, local: string): string =>
  value.includes('localhost')
    ? value.replace(/(sips?:(?:[^@>\s]*@)?)localhost(?::\d+)?(?=[;>?,\s]|$)/gi, `$1${local}`)
    : value;
