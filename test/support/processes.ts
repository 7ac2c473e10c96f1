import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Processes of this machine, as /proc tells. A process that is gone answers empty. */

const numbers = (folder: string): number[] => {
  try {
    return readdirSync(folder)
      .map(Number)
      .filter((name) => Number.isInteger(name));
  } catch {
    return [];
  }
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

const parentOf = (pid: number): number => {
  const stat = textOf(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
};

/** Every process below this one. */
export function descendantsOf(pid: number): number[] {
  const all = numbers('/proc').map((one) => ({ pid: one, parent: parentOf(one) }));
  const below = (parent: number): number[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one.pid, ...below(one.pid)]);
  return below(pid);
}

/** Program and arguments, separated by blanks. */
export const commandOf = (pid: number): string => textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();

/** A zombie has ended and only waits for its parent. */
export const isAlive = (pid: number): boolean => {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat !== '' && stat[stat.lastIndexOf(')') + 2] !== 'Z';
};

/** What the process holds open: paths, `socket:[inode]`, `pipe:[inode]`. */
export const openFilesOf = (pid: number): string[] =>
  numbers(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });

/** How many UDP sockets the process has. */
export function udpSocketsOf(pid: number): number {
  const inodes = new Set(
    ['udp', 'udp6'].flatMap((table) =>
      textOf(`/proc/${pid}/net/${table}`)
        .split('\n')
        .slice(1)
        .map((row) => row.trim().split(/\s+/)[9]),
    ),
  );
  inodes.delete(undefined); // of the tables' last, empty rows
  return openFilesOf(pid).filter((file) => inodes.has(/^socket:\[(\d+)\]$/.exec(file)?.[1])).length;
}
