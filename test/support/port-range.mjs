import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

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

/**
 * Ports of 127.0.0.1 that nothing takes between the look and the use: single ones from `first` on are given once, and ranges
 * from `firstOfRanges` to before `last`, apart from them, in turn.
 */
export function portRange(first, firstOfRanges, last) {
  const given = new Set();
  let nextRange = randomInt(firstOfRanges / 2, last / 2) * 2;
  return {
    /** A port that is free on UDP and TCP. */
    async freePort() {
      for (;;) {
        const port = randomInt(first, firstOfRanges);
        if (given.has(port)) continue;
        given.add(port);
        if ((await udpFree(port)) && (await tcpFree(port))) return port;
      }
    },
    /** The first port, an even one, of `count` in a row that are free on UDP. */
    async freeUdpRange(count) {
      for (;;) {
        const begin = nextRange + count <= last ? nextRange : firstOfRanges;
        nextRange = begin + 2 * Math.ceil(count / 2);
        const free = await Promise.all(Array.from({ length: count }, (_, index) => udpFree(begin + index)));
        if (free.every(Boolean)) return begin;
      }
    },
  };
}
