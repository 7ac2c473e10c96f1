// SIP over UDP as far as the campaign's carrier and phones need it (RFC 3261), apart from the product's own stack:
// who counts must not share the mistakes of who is counted.
import { clearTimeout } from 'node:timers';
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export const IP = '127.0.0.1';
export const token = () => randomBytes(6).toString('hex');
export const branch = () => `z9hG4bK${token()}`;

/** A message with what the campaign reads of it. */
export function parse(datagram) {
  const text = datagram.toString('utf8');
  const [head, ...rest] = text.split('\r\n\r\n');
  const [first, ...lines] = head.split('\r\n');
  const headers = new Map();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const header = (name) => headers.get(name)?.[0] ?? '';
  const [number, cseqMethod] = header('cseq').split(/\s+/);
  const status = /^SIP\/2\.0 (\d{3})/.exec(first)?.[1];
  return {
    status: status && Number(status),
    method: status ? undefined : first.split(' ')[0],
    cseq: Number(number),
    cseqMethod,
    callId: header('call-id'),
    headers,
    header,
    body: rest.join('\r\n\r\n'),
  };
}

export const uriOf = (nameAddress) => /<([^>]+)>/.exec(nameAddress)?.[1] ?? nameAddress.split(';')[0];
export const userOf = (nameAddress) => /sips?:([^@>;]*)@/.exec(nameAddress)?.[1] ?? '';

/** @param headers name to value, or to values for one line each */
export function message(first, headers, body = '') {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}`),
  );
  const type = body === '' ? [] : ['Content-Type: application/sdp'];
  return [first, ...lines, ...type, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}

const REASONS = {
  180: 'Ringing',
  200: 'OK',
  481: 'Call/Transaction Does Not Exist',
  486: 'Busy Here',
  487: 'Request Terminated',
};

/** A response to `request`, its To with our tag. */
export function response(request, status, { toTag, contact, body } = {}) {
  const to = request.header('to');
  return message(
    `SIP/2.0 ${status} ${REASONS[status]}`,
    {
      Via: request.headers.get('via'),
      ...(request.headers.has('record-route') && { 'Record-Route': request.headers.get('record-route') }),
      From: request.header('from'),
      To: toTag && !/;tag=/.test(to) ? `${to};tag=${toTag}` : to,
      'Call-ID': request.callId,
      CSeq: request.header('cseq'),
      ...(contact && { Contact: contact }),
    },
    body,
  );
}

export const sdp = (mediaPort) =>
  [
    'v=0',
    `o=- ${mediaPort} 1 IN IP4 ${IP}`,
    's=-',
    `c=IN IP4 ${IP}`,
    't=0 0',
    `m=audio ${mediaPort} RTP/AVP 8`,
    'a=rtpmap:8 PCMA/8000',
    'a=ptime:20',
    'a=sendrecv',
    '',
  ].join('\r\n');

const md5 = (text) => createHash('md5').update(text).digest('hex');

/** The Authorization header for a challenge; of several the MD5 one (RFC 2617 §3.2.2, qop=auth). */
export function authorization(challenges, { user, password, method, uri }) {
  const challenge = challenges.find((one) => /algorithm="?MD5"?\b/i.test(one)) ?? challenges.at(-1);
  const of = (name) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
  const [realm, nonce, cnonce] = [of('realm'), of('nonce'), token()];
  const answer = md5(
    `${md5(`${user}:${realm}:${password}`)}:${nonce}:00000001:${cnonce}:auth:${md5(`${method}:${uri}`)}`,
  );
  return `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=MD5, qop=auth, nc=00000001, cnonce="${cnonce}", response="${answer}"`;
}

/** A UDP socket that hands on whole messages; errors of a server that is away are nothing. */
export async function openSip(onMessage) {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  socket.on('message', (datagram) => {
    if (datagram.length > 20) onMessage(parse(datagram));
  });
  socket.bind(0, IP);
  await once(socket, 'listening');
  return socket;
}

/**
 * Sends `text` now and again at T1, 2·T1, 4·T1 … (RFC 3261 §17.1.2.2) until stopped.
 * @returns stops it; `onSilence` is called where nobody did within `limitMs`
 */
export function sendUntilStopped(send, limitMs, onSilence = () => undefined) {
  const began = performance.now();
  let wait = 500;
  let timer;
  const again = () => {
    if (performance.now() - began > limitMs) return onSilence();
    send();
    timer = setTimeout(again, wait);
    wait = Math.min(2 * wait, 4_000);
  };
  again();
  return () => clearTimeout(timer);
}
