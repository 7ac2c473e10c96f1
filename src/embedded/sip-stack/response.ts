import type { ResponseOptions } from './types.js';
import { headerKey, SipMessage } from './message.js';
import { reasonPhrase } from './status.js';

/** Header fields that a response takes from its request and from nowhere else. */
const FIXED = new Set(['via', 'from', 'to', 'call-id', 'cseq', 'content-length']);

/** Methods whose 101–299 responses may form a dialog (RFC 3261 §12.1.1, RFC 6665, RFC 3515). */
const DIALOG_METHODS = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'NOTIFY']);

/** Adds `;tag=` to a To value that has none. */
export const withTag = (value: string, tag: string): string =>
  /;\s*tag\s*=/i.test(value.slice(value.lastIndexOf('>') + 1)) ? value : `${value};tag=${tag}`;

/** A response to this request (RFC 3261 §8.2.6.2): Via, From, To, Call-ID and CSeq are the request's. */
export function buildResponse(
  request: SipMessage,
  status: number,
  toTag: string,
  options: ResponseOptions = {},
  server?: string,
): SipMessage {
  const response = SipMessage.response(status, options.reason ?? reasonPhrase(status));
  const given = options.headers ? Object.keys(options.headers).map(headerKey) : [];
  const keepRoute =
    status > 100 && status < 300 && DIALOG_METHODS.has(request.method) && !given.includes('record-route');
  const taken = new Set<string>();
  for (const header of request.headers) {
    // A malformed request may have one of them twice: the first counts.
    if (header.key !== 'via' && FIXED.has(header.key)) {
      if (taken.has(header.key)) continue;
      taken.add(header.key);
    }
    if (header.key === 'to')
      response.headers.push({ ...header, value: status > 100 ? withTag(header.value, toTag) : header.value });
    else if (FIXED.has(header.key) && header.key !== 'content-length') response.headers.push(header);
    else if (header.key === 'record-route' && keepRoute) response.headers.push(header);
    else if (header.key === 'timestamp' && status === 100) response.headers.push(header); // §8.2.6.1
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (FIXED.has(headerKey(name))) continue;
    if (Array.isArray(value)) for (const one of value) response.add(name, one);
    else response.add(name, value);
  }
  if (options.body !== undefined && options.body.length > 0) {
    response.body = typeof options.body === 'string' ? Buffer.from(options.body) : options.body;
    if (!given.includes('content-type'))
      response.add('Content-Type', options.contentType ?? 'application/sdp');
  }
  if (server !== undefined && !given.includes('server')) response.add('Server', server);
  return response;
}
