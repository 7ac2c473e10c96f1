import { createSocket, type Socket } from 'node:dgram';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { SipEndpoint, type EndpointLimits, type ServerTransaction } from './index.js';

const options = (n: number, port: number, method = 'OPTIONS'): string =>
  [
    `${method} sip:b@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKflood${n};rport`,
    'From: <sip:a@127.0.0.1>;tag=1',
    'To: <sip:b@127.0.0.1>',
    `Call-ID: flood${n}`,
    `CSeq: 1 ${method}`,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');

describe('an endpoint under a flood from one source', () => {
  let endpoint: SipEndpoint;
  let flood: Socket;
  let port: number;
  let heard: string[];
  let arrived: () => void;

  const start = async (limits: Partial<EndpointLimits>): Promise<void> => {
    endpoint = new SipEndpoint({ limits });
    port = (await endpoint.listen({ protocol: 'udp', ip: '127.0.0.1', port: 0 })).port;
    flood = createSocket('udp4');
    heard = [];
    flood.on('message', (bytes) => {
      heard.push(bytes.toString().split('\r\n')[0]!);
      arrived?.();
    });
    await new Promise<void>((resolve) => flood.bind(0, '127.0.0.1', resolve));
  };

  afterEach(async () => {
    flood.close();
    await endpoint.close();
    expect(endpoint.counts).toMatchObject({ transactions: 0, lingering: 0, timers: 0, connections: 0 });
  });

  const answers = (n: number): Promise<void> =>
    new Promise((resolve) => {
      arrived = () => heard.length >= n && resolve();
      arrived();
    });

  it('answers 503 with Retry-After beyond its transactions at work, and keeps no more', async () => {
    await start({ transactionsPerSource: 5 });
    const open: ServerTransaction[] = [];
    endpoint.onRequest((_request, transaction) => open.push(transaction));
    for (let i = 0; i < 30; i++) flood.send(options(i, 1), port, '127.0.0.1');
    await answers(25);
    expect(heard.every((line) => line.startsWith('SIP/2.0 503'))).toBe(true);
    expect([open.length, endpoint.counts.transactions, endpoint.counts.refused]).toEqual([5, 5, 25]);
    for (const transaction of open) transaction.respond(200);
    await answers(30);
    flood.send(options(99, 1), port, '127.0.0.1');
    while (open.length < 6) await turn();
    open[5]!.respond(200);
  });

  it('lets the oldest finished transactions go early', async () => {
    await start({ lingering: 10 });
    endpoint.onRequest((_request, transaction) => void transaction.respond(200));
    for (let i = 0; i < 50; i++) flood.send(options(i, 1), port, '127.0.0.1');
    await answers(50);
    expect(endpoint.counts.lingering).toBe(10);
  });

  it('stops looking at garbage for the rest of the second', async () => {
    await start({ garbagePerSecond: 5 });
    let looked = 0;
    endpoint.onMalformed(() => looked++);
    for (let i = 0; i < 200; i++) flood.send('INVITE garbage garbage garbage', port, '127.0.0.1');
    while (endpoint.counts.refused < 100) await turn();
    expect(looked).toBe(5);
  });

  it('drops connections beyond the bound, and those that say nothing', async () => {
    await start({ connectionsPerSource: 2, firstMessageMs: 50 });
    const { port: tcp } = await endpoint.listen({ protocol: 'tcp', ip: '127.0.0.1', port: 0 });
    const closed = await Promise.all(
      Array.from(
        { length: 5 },
        () =>
          new Promise<string>((resolve) => {
            const socket = connect(tcp, '127.0.0.1');
            socket.on('error', () => undefined).once('close', () => resolve('closed'));
          }),
      ),
    );
    expect(closed).toHaveLength(5);
    while (endpoint.counts.connections > 0) await turn();
    expect(endpoint.counts.refused).toBe(3);
  });

  it('answers the same request by another path with 482 (RFC 3261 §8.2.2.2)', async () => {
    await start({});
    const open: ServerTransaction[] = [];
    endpoint.onRequest((_request, transaction) => open.push(transaction));
    flood.send(options(1, 1), port, '127.0.0.1');
    flood.send(options(1, 1).replace('z9hG4bKflood1', 'z9hG4bKother'), port, '127.0.0.1');
    await answers(1);
    expect(heard[0]).toMatch(/^SIP\/2\.0 482 /);
    open[0]!.respond(200);
  });
});
