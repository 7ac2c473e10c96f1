import { jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { EslConnection } from './esl-connection.js';

/** FreeSWITCH's side: it answers in the order of the orders, when it is told to. */
class Answering {
  private server!: Server;
  private socket!: Socket;
  private orders: string[] = [];
  /** What was said besides orders. */
  readonly commands: string[] = [];

  async open(): Promise<EslConnection> {
    this.server = createServer((socket) => {
      this.socket = socket;
      socket.write('Content-Type: auth/request\n\n');
      socket.on('data', (bytes) => {
        for (const order of bytes.toString().split('\n\n').filter(Boolean)) {
          if (order.startsWith('api ')) this.orders.push(order.slice('api '.length));
          else {
            this.commands.push(order);
            socket.write('Content-Type: command/reply\nReply-Text: +OK accepted\n\n');
          }
        }
      });
    }).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const connection = new EslConnection('127.0.0.1', (this.server.address() as AddressInfo).port, 'secret');
    await connection.connect();
    return connection;
  }

  /** Answers the oldest order with its own words. */
  async answer(): Promise<void> {
    while (this.orders.length === 0) await turn();
    const body = this.orders.shift()!;
    this.socket.write(`Content-Type: api/response\nContent-Length: ${body.length}\n\n${body}`);
  }

  async close(): Promise<void> {
    this.socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

describe('an order to FreeSWITCH', () => {
  let freeswitch: Answering;
  let connection: EslConnection;

  beforeEach(async () => {
    freeswitch = new Answering();
    connection = await freeswitch.open();
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  });
  afterEach(async () => {
    jest.useRealTimers();
    connection.close();
    await freeswitch.close();
  });

  const outcome = (order: Promise<string>) => order.catch((error: { code: string }) => error.code);

  it('waits for those before it as long as they are answered', async () => {
    const orders = ['first', 'second', 'third'].map((name) => outcome(connection.api(name)));
    expect(connection.waiting).toBe(3);
    for (const order of orders) {
      jest.advanceTimersByTime(3_000);
      await freeswitch.answer();
      await order;
    }
    expect(await Promise.all(orders)).toEqual(['first', 'second', 'third']);
    expect(connection.waiting).toBe(0);
  });

  it('is given up where nothing is answered for 5 s; the next one gets its own answer', async () => {
    const orders = ['first', 'second'].map((name) => outcome(connection.api(name)));
    jest.advanceTimersByTime(5_000);
    expect(await Promise.all(orders)).toEqual(['media-server-away', 'media-server-away']);
    expect(connection.waiting).toBe(0);
    const next = connection.api('third');
    for (let late = 0; late < 3; late++) await freeswitch.answer();
    expect(await next).toBe('third');
  });

  it('is given up after 10 s, whoever is answered', async () => {
    const first = ['1', '2', '3'].map((name) => connection.api(name));
    const last = outcome(connection.api('last'));
    for (const order of first) {
      jest.advanceTimersByTime(3_000);
      await freeswitch.answer();
      await order;
    }
    jest.advanceTimersByTime(1_000);
    expect(await last).toBe('media-server-away');
  });

  it('is all that FreeSWITCH gets: it is asked for events only while somebody listens', async () => {
    const said = async () => {
      await turn();
      const answered = connection.api('status');
      await freeswitch.answer();
      await answered;
      return freeswitch.commands.splice(0);
    };
    expect(await said()).toEqual(['auth secret']);
    const forget = connection.listen('DTMF', 'a-leg', () => undefined);
    expect(await said()).toEqual(['event json DTMF']);
    forget();
    expect(await said()).toEqual(['nixevent DTMF']);
  });
});
