/** The thread that watches the main one's turns. */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { turns, turnMs, missed } = workerData as { turns: Int32Array; turnMs: number; missed: number };
let seen = Atomics.load(turns, 0);
let still = 0;

setInterval(() => {
  const now = Atomics.load(turns, 0);
  still = now === seen ? still + 1 : 0;
  seen = now;
  if (still < missed) return;
  writeSync(
    2,
    `nothing has moved here for ${(missed * turnMs) / 1000} s: ending, so that it is started anew\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}, turnMs);
