import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const BOUNDARY = '7a9cbec02ceef655';

/** The bytes of a message of RFC 4475. */
export function tortureMessage(name: string): Buffer {
  if (name === 'mpart01') return mpart01();
  const text = readFileSync(join(import.meta.dirname, 'messages', `${name}.txt`), 'utf8');
  return Buffer.from(text.replaceAll('\n', '\r\n'));
}

/** §3.1.1.11's shape: two parts, the second of bytes that are no text (here every byte there is, not a signature). */
function mpart01(): Buffer {
  const part = (type: string): string =>
    `--${BOUNDARY}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: binary\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(`${part('text/plain')}Hello\r\n${part('application/octet-stream')}`),
    Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
  const head = [
    'MESSAGE sip:kumiko@example.org SIP/2.0',
    'Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport',
    'Max-Forwards: 70',
    'Route: <sip:127.0.0.1:5080>',
    'Contact: <sip:fluffy@127.0.0.1:5070>',
    'To: <sip:kumiko@example.org>',
    'From: <sip:fluffy@example.com>;tag=2fb0dcc9',
    'Call-ID: 3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..',
    'CSeq: 1 MESSAGE',
    'Content-Transfer-Encoding: binary',
    `Content-Type: multipart/mixed;boundary=${BOUNDARY}`,
    'Date: Sat, 15 Oct 2005 04:44:56 GMT',
    'User-Agent: SIPimp.org/0.2.5 (curses)',
    `Content-Length: ${body.length}`,
    '\r\n',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head), body]);
}

/** The same with `rport` in the top Via: the answer then comes back to the test's port, not to 5060 (RFC 3581). */
export function withRport(message: Buffer): Buffer {
  const text = message.toString('latin1');
  const head = text.slice(0, text.indexOf('\r\n\r\n'));
  if (/;\s*rport/.test(head)) return message;
  const via = /\r\n(?:via|v)[ \t]*:[^\r]*(?:\r\n[ \t][^\r]*)*/i.exec(text);
  if (!via) return message;
  const marked = via[0].includes(';')
    ? via[0].replace(/;/, ';rport;')
    : via[0].replace(/,|$/, (mark) => `;rport${mark}`);
  return Buffer.from(
    text.replace(via[0], () => marked),
    'latin1',
  );
}

/** Several messages share a branch: as a transaction of its own, by another branch and another From tag. */
export function asOwnTransaction(message: Buffer, mark: string): Buffer {
  const text = message.toString('latin1');
  return Buffer.from(
    text
      .replace(/branch=z9hG4bK(?=[^\s;])/, `branch=z9hG4bK${mark}`)
      .replace(/;\s*tag\s*=\s*/, (tag) => tag + mark),
    'latin1',
  );
}
