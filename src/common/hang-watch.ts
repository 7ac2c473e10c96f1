import { Worker } from 'node:worker_threads';

/** How often it shows that it is alive, and how many such turns it may miss. */
const TURN_MS = 1_000;
const MISSED_TURNS = 15;

/**
 * Ends this process by SIGKILL once its event loop has stood still: an open socket says that it serves calls, and
 * drachtio-server would give it every second one for ever. A supervisor starts it anew.
 * @param turnMs of a turn, ms
 * @param missed turns after which it is ended. They are counted by a thread of the same process: one that was stopped as
 *   a whole (SIGSTOP, a sleeping machine) has missed none.
 */
export function endIfHanging(turnMs = TURN_MS, missed = MISSED_TURNS): void {
  const turns = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  setInterval(() => Atomics.add(turns, 0, 1), turnMs).unref();
  new Worker(new URL('./hang-watch.worker.js', import.meta.url), {
    env: {},
    execArgv: [],
    workerData: { turns, turnMs, missed },
  }).unref();
}
