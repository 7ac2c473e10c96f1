import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { EslConnections, ESL_CONNECTIONS } from './esl-connections.js';

describe('the connections to a FreeSWITCH', () => {
  const open = new Set<Socket>();
  let freeswitch: Server;
  let connections: EslConnections;
  let told: string[];

  beforeEach(async () => {
    freeswitch = createServer((socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket)).on('error', () => undefined);
      socket.on('data', () => socket.write('Content-Type: command/reply\nReply-Text: +OK accepted\n\n'));
      socket.write('Content-Type: auth/request\n\n');
    }).listen(0, '127.0.0.1');
    await once(freeswitch, 'listening');
    const { port } = freeswitch.address() as AddressInfo;
    connections = new EslConnections('127.0.0.1', port, 'secret');
    await connections.connect();
    told = [];
    for (const what of ['up', 'down', 'dead'] as const)
      connections.events.on(what, () => void told.push(what));
  });
  afterEach(() => {
    connections.close();
    freeswitch.close();
  });

  const next = (what: 'down' | 'dead') =>
    new Promise<void>((resolve) => connections.events.on(what, () => resolve()));

  it('are up while any of them is', async () => {
    const [one] = open;
    one?.destroy();
    while (open.size >= ESL_CONNECTIONS) await turn();
    expect(connections.isUp).toBe(true);
    while (open.size < ESL_CONNECTIONS) await turn();
    expect(told).toEqual([]);
  });

  it('give no order to one that is lost', async () => {
    const lost = connections.first;
    lost.disconnect();
    const taken = Array.from({ length: 2 * ESL_CONNECTIONS }, () => connections.leastBusy());
    expect(connections.isUp).toBe(true);
    expect([...taken, connections.first]).not.toContain(lost);
    expect(new Set(taken).size).toBe(ESL_CONNECTIONS - 1);
  });

  it('are down when the last one is lost', async () => {
    const down = next('down');
    const dead = next('dead');
    freeswitch.close();
    for (const socket of [...open]) socket.destroy();
    await down;
    expect(connections.isUp).toBe(false);
    await dead;
    expect(told.slice(0, 2)).toEqual(['down', 'dead']);
  });
});
