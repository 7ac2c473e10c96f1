import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { within } from './until.js';

/** SIP text with CRLF line ends and the right Content-Length, from lines as one writes them. */
export function sipText(lines: string, body = ''): string {
  const head = lines
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trim());
  return `${[...head, `Content-Length: ${Buffer.byteLength(body)}`].join('\r\n')}\r\n\r\n${body}`;
}

/** The status of a response's text; 0 where it is none. */
export const statusOf = (response: string): number => Number(/^SIP\/2\.0 (\d{3})/.exec(response)?.[1] ?? 0);

export interface RawSip {
  port: number;
  send(text: string | Buffer): void;
  /** The first response (so far or to come) that the condition holds for. */
  answer(condition?: (response: string) => boolean, limitMs?: number): Promise<string>;
  /** The same for requests. */
  request(condition?: (request: string) => boolean, limitMs?: number): Promise<string>;
  /** Everything received, in order. */
  readonly received: string[];
  close(): void;
}

function collector() {
  const received: string[] = [];
  const waiting = new Set<() => void>();
  return {
    received,
    take(text: string) {
      received.push(text);
      for (const look of waiting) look();
    },
    find(condition: (message: string) => boolean, limitMs: number): Promise<string> {
      const found = new Promise<string>((done) => {
        const look = () => {
          const hit = received.find(condition);
          if (hit === undefined) return;
          waiting.delete(look);
          done(hit);
        };
        waiting.add(look);
        look();
      });
      return within(limitMs, 'a SIP message that fits', found);
    },
    answer(condition: (response: string) => boolean = () => true, limitMs = 5000): Promise<string> {
      return this.find((message) => statusOf(message) > 0 && condition(message), limitMs);
    },
    request(condition: (request: string) => boolean = () => true, limitMs = 5000): Promise<string> {
      return this.find((message) => statusOf(message) === 0 && condition(message), limitMs);
    },
  };
}

/** Bytes as they are, over UDP, from a port of its own. */
export async function rawUdp(server: number, from = '127.0.0.1'): Promise<RawSip> {
  const inbox = collector();
  const socket = createSocket('udp4');
  socket.on('message', (message) => inbox.take(message.toString()));
  await new Promise<void>((done) => socket.bind(0, from, done));
  return {
    port: socket.address().port,
    send: (text) => socket.send(text, server, '127.0.0.1'),
    received: inbox.received,
    answer: inbox.answer.bind(inbox),
    request: inbox.request.bind(inbox),
    close: () => socket.close(),
  };
}

/** Bytes as they are, over one TCP connection; what comes back is cut at the end of each message. */
export async function rawTcp(server: number): Promise<RawSip> {
  const inbox = collector();
  const socket = connect(server, '127.0.0.1');
  await new Promise<void>((done, fail) => socket.once('connect', done).once('error', fail));
  socket.on('error', () => undefined); // the server may well close on what we send
  let rest = '';
  socket.on('data', (chunk) => {
    rest += chunk.toString();
    for (;;) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/^content-length:\s*(\d+)/im.exec(rest.slice(0, end))?.[1] ?? 0);
      if (rest.length < end + 4 + length) return;
      inbox.take(rest.slice(0, end + 4 + length));
      rest = rest.slice(end + 4 + length);
    }
  });
  return {
    port: (socket.address() as { port: number }).port,
    send: (text) => socket.write(text),
    received: inbox.received,
    answer: inbox.answer.bind(inbox),
    request: inbox.request.bind(inbox),
    close: () => socket.destroy(),
  };
}
