import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/** Below Linux's ephemeral ports, so that no outgoing connection takes one between the look and the use. */
const FIRST = 10_000;
const LAST = 32_000;

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
    if ((await udpFree(port)) && (await tcpFree(port))) return port;
  }
}

/** The first port, an even one, of `count` in a row that are free on UDP. */
export async function freeUdpRange(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(FIRST / 2, (LAST - count) / 2) * 2;
    const free = await Promise.all(Array.from({ length: count }, (_, index) => udpFree(first + index)));
    if (free.every(Boolean)) return first;
  }
}
