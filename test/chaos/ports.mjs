// Free ports of 127.0.0.1, below Linux's ephemeral ones and above those of the other tests (test/support/free-ports.ts):
// nothing takes them while their owner is being restarted. Single ones are given once, and ranges, apart from them, in turn.
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const FIRST = 28_000;
const FIRST_OF_RANGES = FIRST + 1000;
const LAST = FIRST + 4000;
const given = new Set();
let nextRange = randomInt(FIRST_OF_RANGES / 2, LAST / 2) * 2;

const udpFree = (port) =>
  new Promise((done) => {
    const socket = createSocket('udp4').once('error', () => done(false));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => socket.close(() => done(true)));
  });
const tcpFree = (port) =>
  new Promise((done) => {
    const server = createServer().once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });

export async function freePort() {
  for (;;) {
    const port = randomInt(FIRST, FIRST_OF_RANGES);
    if (given.has(port)) continue;
    given.add(port);
    if ((await udpFree(port)) && (await tcpFree(port))) return port;
  }
}

/** The first, an even one, of `count` free UDP ports in a row. */
export async function freeUdpRange(count) {
  for (;;) {
    const first = nextRange + count <= LAST ? nextRange : FIRST_OF_RANGES;
    nextRange = first + 2 * Math.ceil(count / 2);
    const free = await Promise.all(Array.from({ length: count }, (_, index) => udpFree(first + index)));
    if (free.every(Boolean)) return first;
  }
}
