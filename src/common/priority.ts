import { getPriority, setPriority } from 'node:os';

/** The niceness that a process which answers calls wants, beside a FreeSWITCH with two threads for each of them. */
export const CALLS_NICENESS = -10;
/** So many steps below the calls: a tenth of their share, enough to come to an end on a machine that is never idle. */
export const LATER_STEPS = 10;
const LAST = 19;

/**
 * Calls before all else on this machine: where it is busy, one thread among the hundreds of a FreeSWITCH beside us would get
 * no more of it than each of those. What this process starts inherits it. Where it may not (RLIMIT_NICE of
 * setrlimit(2)), all stays as it is.
 */
export function takePrecedence(): void {
  try {
    if (getPriority() > CALLS_NICENESS) setPriority(CALLS_NICENESS);
  } catch {
    // the doctor says how to allow it
  }
}

/** What is made after a call does not take the CPU from calls that live. @param pid of a process of ours */
export function giveWay(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, Math.min(LAST, getPriority() + LATER_STEPS));
  } catch {
    // it has ended already
  }
}
