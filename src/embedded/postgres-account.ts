import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { dirname, parse } from 'node:path';
import { AppError } from '../common/app-error.js';

/** PostgreSQL does not run as root: under root it runs as this system user, which is made where it is missing. */
const ACCOUNT = 'postgres';

export interface Account {
  uid: number;
  gid: number;
}

/**
 * Whom the server runs as; undefined: whoever runs us.
 * @throws AppError where root cannot make the user
 */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = lookUp();
  if (known) return known;
  try {
    const options = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', ACCOUNT];
    execFileSync('useradd', options, { stdio: 'pipe' });
  } catch {
    // told below
  }
  const made = lookUp();
  if (made) return made;
  throw new AppError(
    'postgres-user',
    `PostgreSQL does not run as root and the system user "${ACCOUNT}" cannot be made: start Linekeeper as an ordinary user`,
  );
}

function lookUp(): Account | undefined {
  const id = (flag: string) => Number(execFileSync('id', [flag, ACCOUNT], { stdio: 'pipe' }).toString());
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Whether that user gets through every folder above `path`, and may read and execute it. */
export function isReachable(path: string, { uid, gid }: Account): boolean {
  const { root } = parse(path);
  for (let at = path; ; at = dirname(at)) {
    const { mode, uid: owner, gid: group } = lstatSync(at);
    const shift = owner === uid ? 6 : group === gid ? 3 : 0;
    const wanted = at === path ? 0o5 : 0o1;
    if (((mode >> shift) & wanted) !== wanted) return false;
    if (at === root) return true;
  }
}
