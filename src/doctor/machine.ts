import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { CALLS_NICENESS } from '../common/priority.js';
import { note, well, wrong, type Finding } from './finding.js';
import { isAtLeast, versionIn } from './versions.js';

const OLDEST_NODE = [20, 19];
const MiB = 1024 ** 2;
const WARN_FREE_BYTES = 2048 * MiB;
const LEAST_FREE_BYTES = 200 * MiB;
/** Files a call holds: two sockets for sound, its recording, and a share of connections. */
const FILES_PER_CALL = 4;

export function checkNode(version: string): Finding {
  return isAtLeast(versionIn(version), OLDEST_NODE)
    ? well('Node', version)
    : wrong('Node', `${version} is too old: install ${OLDEST_NODE.join('.')} or later`);
}

/** @param bytes free for this user on the disk of `what` */
export function checkFree(what: string, bytes: number): Finding {
  const free =
    bytes < 10 * 1024 * MiB ? `${Math.floor(bytes / MiB)} MiB` : `${Math.floor(bytes / MiB / 1024)} GiB`;
  if (bytes < LEAST_FREE_BYTES)
    return wrong(what, `${free} free: the ledger and recordings need room; make 2 GiB`);
  if (bytes < WARN_FREE_BYTES) return note(what, `${free} free: make 2 GiB or more`);
  return well(what, `${free} free`);
}

export async function checkDisk(what: string, folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  return checkFree(what, bavail * bsize);
}

/** @param limit open files this process may have; undefined where nobody tells */
export function checkOpenFiles(limit: number | undefined, calls: number): Finding {
  const wanted = FILES_PER_CALL * calls;
  if (limit === undefined)
    return note('open files', `the limit can not be read here: it should be ${wanted} or more`);
  return limit >= wanted
    ? well('open files', `${limit === Infinity ? 'no limit' : limit}, ${wanted} wanted for ${calls} calls`)
    : wrong(
        'open files',
        `${limit} are too few for ${calls} calls: raise the limit to ${wanted} (ulimit -n, LimitNOFILE), or lower MAX_CALLS_PER_MEDIA_SERVER`,
      );
}

/** The soft limit that a program started like this one has (proc_pid_limits(5)). */
export function openFilesLimit(): number | undefined {
  try {
    const [, soft] =
      /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? undefined : soft === 'unlimited' ? Infinity : Number(soft);
  } catch {
    return undefined;
  }
}

/** @param niceness that a process of this user got when it asked for ours */
export function checkPriority(niceness: number): Finding {
  return niceness <= CALLS_NICENESS
    ? well('priority', `niceness ${niceness}: calls come before all else`)
    : note(
        'priority',
        `niceness ${niceness}: calls share the CPU with everything else; allow ${CALLS_NICENESS} (ulimit -e ${20 - CALLS_NICENESS}, LimitNICE=${CALLS_NICENESS})`,
      );
}

/** How the two clocks went between two looks, in ms. */
export interface ClockWalk {
  wallMs: number;
  monotonicMs: number;
}

const LARGEST_STEP_MS = 250;
/** No machine that runs this release lives before it was made. */
const EARLIEST = Date.UTC(2025, 0, 1);

/** @param now ms since the epoch */
export function checkClock(now: number, { wallMs, monotonicMs }: ClockWalk): Finding {
  if (now < EARLIEST)
    return wrong(
      'clock',
      `it is ${new Date(now).toISOString()} here: set the clock (systemd-timesyncd, chrony)`,
    );
  const stepMs = Math.round(wallMs - monotonicMs);
  return Math.abs(stepMs) <= LARGEST_STEP_MS
    ? well('clock', `${new Date(now).toISOString()}, steady`)
    : note(
        'clock',
        `it was set by ${stepMs} ms within ${Math.round(monotonicMs)} ms: one time service alone may do so`,
      );
}
