import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** How long it is looked, ms. */
const LOOK_MS = 500;
/** The share of the machine's CPU time that nobody wants. */
const ENOUGH = 0.75;

/** Whether this machine has CPU time to spare, whoever else runs on it: three quarters of it are idle. Takes 500 ms. */
export async function hasLeisure(): Promise<boolean> {
  const before = cpuTimes();
  await pause(LOOK_MS);
  const after = cpuTimes();
  return after.idle - before.idle >= ENOUGH * (after.all - before.all);
}

/** Since the machine's start, over all of its cores, ms. */
function cpuTimes(): { idle: number; all: number } {
  const sum = { idle: 0, all: 0 };
  for (const { times } of cpus()) {
    sum.idle += times.idle;
    sum.all += times.idle + times.user + times.nice + times.sys + times.irq;
  }
  return sum;
}
