import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { env } from './env.js';

/**
 * Nothing takes a port between the look and the use: they lie below Linux's ephemeral ones, each of three workers has
 * its own 6,000 (test/chaos/ports.mjs those above), single ones are given once, and ranges, apart from them, in turn.
 */
const FIRST = 10_000 + ((env.worker - 1) % 3) * 6000;
const FIRST_OF_RANGES = FIRST + 2000;
const LAST = FIRST + 6000;
const given = new Set<number>();
let nextRange = randomInt(FIRST_OF_RANGES / 2, LAST / 2) * 2;

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
    const port = randomInt(FIRST, FIRST_OF_RANGES);
    if (given.has(port) || !(await udpFree(port)) || !(await tcpFree(port))) continue;
    given.add(port);
    return port;
  }
}

/** The first port, an even one, of `count` in a row that are free on UDP. */
export async function freeUdpRange(count: number): Promise<number> {
  for (;;) {
    const first = nextRange + count <= LAST ? nextRange : FIRST_OF_RANGES;
    nextRange = first + 2 * Math.ceil(count / 2);
    const free = await Promise.all(Array.from({ length: count }, (_, index) => udpFree(first + index)));
    if (free.every(Boolean)) return first;
  }
}
