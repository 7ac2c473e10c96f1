// A thread of its own for many watchers of the live feed, so that what is measured is the product, not the bench.
import { parentPort, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';

const { live, token, count } = workerData;
/** By extension: when its events came, at all watchers, in their order; ms since the epoch, with fractions. */
const arrivals = {};
const now = () => performance.timeOrigin + performance.now();
const EXTENSION = /^\{"type":"extension",.*?"number":"(\d+)"/;

const sockets = await Promise.all(
  Array.from({ length: count }, async (_, watcher) => {
    const socket = new WebSocket(live, { headers: { authorization: `Bearer ${token}` } });
    await new Promise((done, fail) => socket.once('message', done).once('error', fail));
    socket.on('message', (data) => {
      const at = now();
      const number = EXTENSION.exec(data.toString('latin1'))?.[1];
      if (number) ((arrivals[number] ??= [])[watcher] ??= []).push(at);
    });
    return socket;
  }),
);
parentPort.on('message', () => {
  const cutOff = sockets.filter(({ readyState }) => readyState !== WebSocket.OPEN).length;
  for (const socket of sockets) socket.terminate();
  parentPort.postMessage({ arrivals, cutOff });
  parentPort.close();
});
parentPort.postMessage('ready');
