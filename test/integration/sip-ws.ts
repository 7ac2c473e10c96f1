import WebSocket from 'ws';
import { statusOf, type RawSip } from '../support/raw-sip.js';
import { until } from '../support/until.js';

/** SIP over one WebSocket (RFC 7118), as a browser opens it. @param server the port, or the whole address */
export async function rawWs(server: number | string, options: WebSocket.ClientOptions = {}): Promise<RawSip> {
  const url = typeof server === 'string' ? server : `ws://127.0.0.1:${server}`;
  const socket = new WebSocket(url, 'sip', options);
  const received: string[] = [];
  socket.on('message', (data: Buffer) => received.push(data.toString()));
  await new Promise<void>((done, fail) => socket.once('open', done).once('error', fail));
  const first = (condition: (text: string) => boolean, limitMs: number) =>
    until('a SIP message that fits', () => received.find(condition), limitMs, 20);
  return {
    port: 0,
    send: (text) => socket.send(text.toString()),
    received,
    answer: (condition = () => true, limitMs = 5_000) =>
      first((text) => statusOf(text) > 0 && condition(text), limitMs),
    request: (condition = () => true, limitMs = 5_000) =>
      first((text) => statusOf(text) === 0 && condition(text), limitMs),
    close: () => socket.close(),
  };
}
