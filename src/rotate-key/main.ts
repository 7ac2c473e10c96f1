import 'reflect-metadata';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { AppError, messageOf } from '../common/app-error.js';
import { lockDataDir } from '../common/data-dir-lock.js';
import { DataKeyFile } from '../common/data-key-file.js';
import { readSettings, type Settings } from '../common/env.js';
import { configureLog } from '../common/log.js';
import { DataKeys } from '../database/data-keys.js';
import { Database } from '../database/database.js';
import { Notifications } from '../database/notifications.js';
import { StandingConnection } from '../database/standing-connection.js';
import { embeddedPostgresUrl } from '../embedded/postgres-url.js';
import { startPostgres } from '../embedded/postgres.js';
import { rotate } from './rotation.js';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** What the command needs around it, and how that ends. */
interface Ground {
  url: string;
  /** Nothing runs on this DATA_DIR, and nothing starts there meanwhile. */
  isAlone: boolean;
  end: () => Promise<void>;
}

/** The database of the Linekeeper that runs on this DATA_DIR; where none runs, the embedded one is started. */
async function ground(settings: Settings): Promise<Ground> {
  const free = tryLock(settings.DATA_DIR);
  const end = async () => free?.();
  const isAlone = free !== undefined;
  if (settings.DATABASE_URL) return { url: settings.DATABASE_URL, isAlone, end };
  if (isAlone) {
    const postgres = await startPostgres(settings.DATA_DIR);
    return { url: postgres.url, isAlone, end: () => postgres.stop().finally(end) };
  }
  const url = embeddedPostgresUrl(settings.DATA_DIR);
  if (!url) throw new AppError('settings', `DATA_DIR ${settings.DATA_DIR} has no database: set DATABASE_URL`);
  return { url, isAlone, end };
}

/** @returns undefined where a Linekeeper runs on the folder */
function tryLock(dataDir: string): (() => void) | undefined {
  try {
    return lockDataDir(dataDir);
  } catch (error) {
    if (error instanceof AppError && error.code === 'data-dir-in-use') return undefined;
    throw error;
  }
}

/** Replaces the data key; ends with 1 where it could not, and goes on there when it is run again. */
async function main(): Promise<void> {
  const settings = readSettings();
  configureLog('error');
  const file = new DataKeyFile(settings);
  const { url, isAlone, end } = await ground(settings);
  const owner = new pg.Client({ connectionString: url, application_name: 'linekeeper rotation' });
  let database: Database | undefined;
  try {
    database = await Database.open(url);
    const keys = await DataKeys.open(database, file);
    await owner.connect();
    const notifications = new Notifications(new StandingConnection(settings));
    const began = performance.now();
    const { sealed, unreadable, to } = await rotate({ database, owner, keys, file, notifications, say });
    if (isAlone && isSpoolEmpty(settings.DATA_DIR)) {
      await keys.refresh();
      keys.forgetGone();
    }
    say(
      `${sealed} values sealed anew with key ${to} in ${((performance.now() - began) / 1000).toFixed(1)} s.`,
    );
    if (unreadable > 0)
      say(`${unreadable} values could not be opened before either, and were left as they are.`);
    say(`Keep a copy of ${file.path} apart from the database's backups.`);
    if (settings.DATA_KEY) say('DATA_KEY has the old key: take it out of the environment.');
  } finally {
    await owner.end().catch(() => undefined);
    await database?.close();
    await end();
  }
}

/** Else the next start needs the old key for what is in it, and forgets it then. */
function isSpoolEmpty(dataDir: string): boolean {
  const spool = join(dataDir, 'spool');
  return !existsSync(spool) || readdirSync(spool).every((name) => !name.endsWith('.spool'));
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
