import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { env } from './env.js';

/**
 * Nothing takes a port between the look and the use: they lie below Linux's ephemeral ones, each of three workers has
 * its own 6,000 (test/chaos/ports.mjs those above), and none is given twice.
 */
const FIRST = 10_000 + ((env.worker - 1) % 3) * 6000;
const LAST = FIRST + 6000;
const given = new Set<number>();

const udpFree = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = createSocket('udp4');
    socket.once('error', () => done(false));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => socket.close(() => done(true)));
  });

const tcpFree = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });

/** A port of 127.0.0.1 that is free on UDP and TCP. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (given.has(port) || !(await udpFree(port)) || !(await tcpFree(port))) continue;
    given.add(port);
    return port;
  }
}

/** The first port, an even one, of `count` in a row that are free on UDP. */
export async function freeUdpRange(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(FIRST / 2, (LAST - count) / 2) * 2;
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const free = await Promise.all(ports.map(async (port) => !given.has(port) && (await udpFree(port))));
    if (!free.every(Boolean)) continue;
    ports.forEach((port) => given.add(port));
    return first;
  }
}
