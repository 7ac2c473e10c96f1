import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from './app-error.js';

/**
 * Keeps the data folder for this process: a second one would replay the same spool and share the same server.
 * What a killed process left is taken over.
 * @returns gives it free again
 * @throws AppError data-dir-in-use
 */
export function lockDataDir(dataDir: string): () => void {
  const path = join(dataDir, 'linekeeper.pid');
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, identityOf(process.pid) ?? '', { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        linkSync(mine, path); // with its content at once, and only where there is none
        return () => rmSync(path, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readHolder(path);
      if (holder && identityOf(parseInt(holder, 10)) === holder) {
        throw new AppError(
          'data-dir-in-use',
          `DATA_DIR ${dataDir} is in use by another Linekeeper (process ${parseInt(holder, 10)}): stop it, or choose another folder`,
        );
      }
      rmSync(path, { force: true });
    }
    throw new AppError('data-dir-in-use', `DATA_DIR ${dataDir} is being taken by other processes`);
  } finally {
    unlinkSync(mine);
  }
}

function readHolder(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Number and start of a living process: the number alone is given again. */
function identityOf(pid: number): string | undefined {
  if (!(pid > 0)) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : `${pid} ${fields[18]}`; // proc(5): starttime is field 22
  } catch {
    return process.platform === 'linux' ? undefined : aliveOf(pid);
  }
}

function aliveOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return `${pid}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? `${pid}` : undefined;
  }
}
