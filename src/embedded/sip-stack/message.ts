import { nameAddr, topVia, type NameAddr, type Via } from './header-values.js';

export interface SipHeader {
  /** Lower case, long form. */
  key: string;
  /** As it came. */
  name: string;
  value: string;
}

/** Name → value or values, in the order they are to stand. */
export type HeaderInput = Record<string, string | string[]>;

/** RFC 3261 §7.3.3 and the IANA registry of compact forms. */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
};

const keys = new Map<string, string>();

/** Lower case, long form. Names repeat, so they are remembered (a bounded number of them). */
export function headerKey(name: string): string {
  let key = keys.get(name);
  if (key === undefined) {
    const lower = name.toLowerCase();
    key = (lower.length === 1 ? COMPACT[lower] : undefined) ?? lower;
    if (keys.size < 1000) keys.set(name, key);
  }
  return key;
}

const EMPTY = Buffer.alloc(0);

/**
 * One SIP message. Headers keep their order, their spelling and their own lines; the body keeps its bytes.
 * A request has `method` and `uri`, a response `status` and `reason`.
 */
export class SipMessage {
  method = '';
  uri = '';
  /** 0 for a request. */
  status = 0;
  reason = '';
  headers: SipHeader[] = [];
  body: Buffer = EMPTY;
  /** Made here in place of a response that never came (RFC 3261 §8.1.3.1). */
  synthetic = false;

  static request(method: string, uri: string, headers: HeaderInput = {}, body?: string | Buffer): SipMessage {
    const message = new SipMessage();
    message.method = method;
    message.uri = uri;
    message.addAll(headers);
    if (body !== undefined) message.body = typeof body === 'string' ? Buffer.from(body) : body;
    return message;
  }

  static response(status: number, reason: string): SipMessage {
    const message = new SipMessage();
    message.status = status;
    message.reason = reason;
    return message;
  }

  get isRequest(): boolean {
    return this.status === 0;
  }

  /** The first value under this name, as it came (unfolded, trimmed). */
  get(name: string): string | undefined {
    const key = headerKey(name);
    for (const header of this.headers) if (header.key === key) return header.value;
    return undefined;
  }

  getAll(name: string): string[] {
    const key = headerKey(name);
    const values: string[] = [];
    for (const header of this.headers) if (header.key === key) values.push(header.value);
    return values;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  add(name: string, value: string): this {
    this.headers.push({ key: headerKey(name), name, value });
    return this;
  }

  addFirst(name: string, value: string): this {
    this.headers.unshift({ key: headerKey(name), name, value });
    return this;
  }

  addAll(headers: HeaderInput): this {
    for (const [name, value] of Object.entries(headers)) {
      if (Array.isArray(value)) for (const one of value) this.add(name, one);
      else this.add(name, value);
    }
    return this;
  }

  /** Replaces the first one in its place and takes the others away; adds it at the end if there is none. */
  set(name: string, value: string): this {
    const key = headerKey(name);
    const at = this.headers.findIndex((header) => header.key === key);
    if (at < 0) return this.add(name, value);
    this.headers[at] = { key, name, value };
    for (let i = this.headers.length - 1; i > at; i--)
      if (this.headers[i]!.key === key) this.headers.splice(i, 1);
    return this;
  }

  remove(name: string): this {
    const key = headerKey(name);
    this.headers = this.headers.filter((header) => header.key !== key);
    return this;
  }

  get callId(): string {
    return this.get('call-id') ?? '';
  }

  get from(): NameAddr {
    return nameAddr(this.get('from') ?? '');
  }

  get to(): NameAddr {
    return nameAddr(this.get('to') ?? '');
  }

  get fromTag(): string {
    return this.from.params.get('tag') ?? '';
  }

  get toTag(): string {
    return this.to.params.get('tag') ?? '';
  }

  get cseq(): { number: number; method: string } {
    const value = this.get('cseq') ?? '';
    let at = 0;
    while (at < value.length && value.charCodeAt(at) > 32) at++;
    return { number: Number(value.slice(0, at)), method: value.slice(at).trim() };
  }

  get topVia(): Via | undefined {
    const value = this.get('via');
    return value === undefined ? undefined : topVia(value);
  }

  /** Puts a body in, with its Content-Type if none stands there yet; '' and undefined leave the message alone. */
  setBody(body: string | Buffer | undefined, contentType = 'application/sdp'): this {
    if (body === undefined || body.length === 0) return this;
    this.body = typeof body === 'string' ? Buffer.from(body) : body;
    if (!this.has('content-type')) this.add('Content-Type', contentType);
    return this;
  }

  /** The body as UTF-8 text. */
  get text(): string {
    return this.body.length === 0 ? '' : this.body.toString('utf8');
  }

  /** Headers are copied, the body is shared (nobody writes into a body). */
  clone(): SipMessage {
    const copy = new SipMessage();
    copy.method = this.method;
    copy.uri = this.uri;
    copy.status = this.status;
    copy.reason = this.reason;
    copy.headers = this.headers.map((header) => ({ ...header }));
    copy.body = this.body;
    return copy;
  }
}
