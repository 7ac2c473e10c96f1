// CPU and memory of processes, from /proc (proc(5)).
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100; // sysconf(_SC_CLK_TCK) on every Linux there is

const stat = (pid) => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND };
};

/**
 * What several processes share is counted once among them; PostgreSQL's shared buffers, a cache of a fixed size that fills
 * as it runs, are left out.
 */
const residentMb = (pid) => {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kB = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0);
  return (kB('Pss') - kB('Pss_Shmem')) / 1024;
};

const command = (pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');

/** What a process is to the product. */
function role(pid) {
  const text = command(pid);
  if (/embedded\/main\.js/.test(text)) return 'engine';
  if (/postgres/.test(text)) return 'postgres';
  if (/dist\/main\.js/.test(text)) return 'control plane';
  if (/freeswitch/.test(text)) return 'freeswitch';
  if (/drachtio/.test(text)) return 'drachtio-server';
  return 'other';
}

/** A process and all that it started. */
export function familyOf(root) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      parents.set(Number(name), stat(name).parent);
    } catch {
      // it ended meanwhile
    }
  }
  const below = (pid) => [
    pid,
    ...[...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => below(child)),
  ];
  return below(root);
}

/** @returns by role: CPU seconds used so far and resident MB */
export function usage(...roots) {
  const byRole = {};
  for (const pid of roots.flatMap(familyOf)) {
    try {
      const sum = (byRole[role(pid)] ??= { cpuS: 0, mb: 0 });
      sum.cpuS += stat(pid).cpuS;
      sum.mb += residentMb(pid);
    } catch {
      // it ended meanwhile
    }
  }
  return byRole;
}

/** Per role: percent of one core between two readings, and MB at the second. */
export function between(before, after, seconds) {
  return Object.fromEntries(
    Object.entries(after).map(([name, { cpuS, mb }]) => [
      name,
      { cpuPercent: Math.round(((cpuS - (before[name]?.cpuS ?? 0)) / seconds) * 100), mb: Math.round(mb) },
    ]),
  );
}
