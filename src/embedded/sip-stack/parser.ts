import { headerKey, SipMessage } from './message.js';
import { isToken } from './header-values.js';
import { reasonPhrase } from './status.js';
import { checkRequest, checkResponse } from './validation.js';

/** A message that can not be taken as it is. */
export class SipParseError extends Error {
  constructor(
    /** What a request is answered with. */
    readonly status: number,
    message: string,
    /** What could be read; a request with Via, From, To, Call-ID and CSeq can be answered. */
    readonly partial: SipMessage | undefined,
  ) {
    super(message);
    this.name = 'SipParseError';
  }
}

const HEAD_END = Buffer.from('\r\n\r\n');
const MAX_HEADERS = 256;

export interface ParseOptions {
  /** A stream's frame: Content-Length is required and has been used to cut it (RFC 3261 §18.3). */
  stream?: boolean;
}

/**
 * Reads one whole message (one datagram, or one frame cut from a stream).
 * @throws SipParseError with the response code RFC 3261 and RFC 4475 ask for
 */
export function parseSip(buffer: Buffer, options: ParseOptions = {}): SipMessage {
  const end = buffer.indexOf(HEAD_END);
  const headBytes = end < 0 ? buffer.length : end;
  const message = parseHead(buffer.toString('utf8', 0, headBytes));
  if (end < 0) throw new SipParseError(400, 'no empty line ends the headers', message);
  message.body = bodyOf(message, buffer, end + 4, options.stream === true);
  const fault = message.isRequest ? checkRequest(message) : checkResponse(message);
  if (fault) throw new SipParseError(fault.status, fault.message, message);
  return message;
}

function bodyOf(message: SipMessage, buffer: Buffer, start: number, stream: boolean): Buffer {
  const value = message.get('content-length');
  if (value === undefined) {
    if (stream) throw new SipParseError(400, 'Content-Length is missing', message);
    return buffer.subarray(start); // RFC 3261 §18.3: the body of a datagram goes to its end
  }
  const length = contentLength(value);
  if (length === undefined) throw new SipParseError(400, 'Content-Length is no number', message);
  if (start + length > buffer.length)
    throw new SipParseError(400, 'the body is shorter than Content-Length', message);
  return buffer.subarray(start, start + length); // what follows in a datagram is discarded
}

/** The number in a Content-Length value, or undefined. */
export function contentLength(value: string): number | undefined {
  if (value.length === 0 || value.length > 10) return undefined;
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c < 48 || c > 57) return undefined;
  }
  return Number(value);
}

/** Reads start line and headers, tolerating what only validation can judge. */
function parseHead(head: string): SipMessage {
  const message = new SipMessage();
  let at = head.indexOf('\r\n');
  const startLine = at < 0 ? head : head.slice(0, at);
  const startFault = startLine.startsWith('SIP/')
    ? readStatusLine(startLine, message)
    : readRequestLine(startLine, message);
  let headerFault: string | undefined;
  at = at < 0 ? head.length : at + 2;
  while (at < head.length) {
    let end = head.indexOf('\r\n', at);
    if (end < 0) end = head.length;
    let line = head.slice(at, end);
    at = end + 2;
    // RFC 3261 §7.3.1: a line that begins with white space goes on with the one before, as one space.
    while (at < head.length && isBlank(head.charCodeAt(at))) {
      end = head.indexOf('\r\n', at);
      if (end < 0) end = head.length;
      line = `${line.trimEnd()} ${head.slice(at, end).trimStart()}`;
      at = end + 2;
    }
    headerFault ??= readHeader(line, message);
    if (message.headers.length > MAX_HEADERS) throw new SipParseError(513, 'too many headers', message);
  }
  if (startFault) throw new SipParseError(startFault.status, startFault.message, message);
  if (headerFault) throw new SipParseError(400, headerFault, message);
  return message;
}

const isBlank = (c: number): boolean => c === 32 || c === 9;

function readHeader(line: string, message: SipMessage): string | undefined {
  const colon = line.indexOf(':');
  if (colon <= 0) return 'a header line has no name';
  let nameEnd = colon;
  while (nameEnd > 0 && isBlank(line.charCodeAt(nameEnd - 1))) nameEnd--;
  const name = line.slice(0, nameEnd);
  if (!isToken(name)) return 'a header name is no token';
  const value = line.slice(colon + 1).trim();
  // A lone CR or LF would let one header smuggle in another when the message is sent on.
  if (value.includes('\r') || value.includes('\n')) return 'a header value holds half a line end';
  message.headers.push({ key: headerKey(name), name, value });
  return undefined;
}

interface Fault {
  status: number;
  message: string;
}

/** RFC 3261 §7.1: Method SP Request-URI SP SIP-Version, single spaces. */
function readRequestLine(line: string, message: SipMessage): Fault | undefined {
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const method = first < 0 ? line : line.slice(0, first);
  // A response code needs a request that can be told from noise: the method is needed for that.
  message.method = isToken(method) ? method : 'UNREADABLE';
  if (first < 0 || last === first || !isToken(method)) return { status: 400, message: 'no request line' };
  message.uri = line.slice(first + 1, last);
  const version = line.slice(last + 1);
  if (/^SIP\/\d+\.\d+$/i.test(version) && version.toUpperCase() !== 'SIP/2.0')
    return { status: 505, message: 'a SIP version other than 2.0' };
  if (version.toUpperCase() !== 'SIP/2.0') return { status: 400, message: 'no SIP version ends the line' };
  if (message.uri.includes(' ')) return { status: 400, message: 'the request line has too many spaces' };
  return undefined;
}

/** RFC 3261 §7.2: SIP-Version SP Status-Code SP Reason-Phrase (which may be empty). */
function readStatusLine(line: string, message: SipMessage): Fault | undefined {
  const code = line.slice(8, 11);
  const after = line.charCodeAt(11);
  message.status = Number(code) || 500;
  message.reason = line.slice(12);
  if (!line.startsWith('SIP/2.0 ') || !/^[1-6]\d\d$/.test(code) || (line.length > 11 && after !== 32))
    return { status: 400, message: 'no status line' };
  return undefined;
}

const CONTENT_LENGTH = 'Content-Length';

/** The bytes of a message. Content-Length is set from the body; all other headers go as they stand. */
export function serialize(message: SipMessage): Buffer {
  let head = message.isRequest
    ? `${message.method} ${message.uri} SIP/2.0\r\n`
    : `SIP/2.0 ${message.status} ${message.reason || reasonPhrase(message.status)}\r\n`;
  for (const header of message.headers)
    if (header.key !== 'content-length') head += `${header.name}: ${header.value}\r\n`;
  head += `${CONTENT_LENGTH}: ${message.body.length}\r\n\r\n`;
  if (message.body.length === 0) return Buffer.from(head);
  const headBytes = Buffer.byteLength(head);
  const out = Buffer.allocUnsafe(headBytes + message.body.length);
  out.write(head, 0, 'utf8');
  message.body.copy(out, headBytes);
  return out;
}

/** The same as text, for what speaks in text (bodies that are not UTF-8 do not survive it). */
export const serializeText = (message: SipMessage): string => serialize(message).toString('utf8');
