// Processes as /proc tells of them; one that is gone answers empty.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
const list = (folder) => {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
};
const fieldsOf = (pid) => {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' '); // proc(5): state, ppid, …
};

/** A zombie has ended and only waits for its parent. */
export const isAlive = (pid) => pid > 0 && !['', 'Z', 'X'].includes(fieldsOf(pid)[0]);

export const commandOf = (pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();

export function descendantsOf(pid) {
  if (!(pid > 0)) return [];
  const all = list('/proc').map((name) => ({ pid: Number(name), parent: Number(fieldsOf(name)[1] ?? 0) }));
  const below = (parent) =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one.pid, ...below(one.pid)]);
  return below(pid);
}

/** Paths of the files it holds open. */
export const openFilesOf = (pid) =>
  list(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
