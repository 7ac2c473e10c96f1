import { setTimeout as pause } from 'node:timers/promises';
import { AppError, messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import { LOCKS } from './advisory-locks.js';
import { ownerDataSource } from './data-source.js';
import { startAdvice } from './database-errors.js';

const OLDEST_POSTGRES = 15;

/**
 * Waits until PostgreSQL answers, then brings the tables up to date as the owner that DATABASE_URL names.
 * @param patienceMs milliseconds to wait for a server that does not answer yet
 * @throws AppError with one line that says what to do
 */
export async function migrate(url: string, patienceMs = 30_000): Promise<void> {
  const where = placeOf(url);
  const deadline = clock.monotonic() + patienceMs;
  for (let told = false; ; told = true) {
    try {
      return await migrateOnce(url, where);
    } catch (error) {
      if (error instanceof AppError) throw error;
      const advice = startAdvice(error, where);
      if (advice) throw new AppError('database-start', advice);
      if (clock.monotonic() > deadline) {
        const seconds = Math.round(patienceMs / 1000);
        throw new AppError(
          'database-start',
          `PostgreSQL at ${where} cannot be used after ${seconds} s (${messageOf(error) || 'no answer'}): start it, or mend DATABASE_URL`,
        );
      }
      if (!told)
        log('database').warn(`waiting for PostgreSQL at ${where}: ${messageOf(error) || 'no answer'}`);
      await pause(250);
    }
  }
}

async function migrateOnce(url: string, where: string): Promise<void> {
  const owner = ownerDataSource(url);
  await owner.initialize();
  try {
    const runner = owner.createQueryRunner();
    const [{ version }] = (await runner.query(
      `SELECT current_setting('server_version_num')::int AS version`,
    )) as [{ version: number }];
    if (Math.floor(version / 10_000) < OLDEST_POSTGRES) {
      throw new AppError(
        'database-start',
        `PostgreSQL at ${where} is too old: ${OLDEST_POSTGRES} or later is needed`,
      );
    }
    await runner.query('SELECT pg_advisory_lock($1)', [LOCKS.migration]);
    try {
      const done = await owner.runMigrations();
      for (const { name } of done) log('database').info(`migrated: ${name}`);
    } finally {
      await runner.query('SELECT pg_advisory_unlock($1)', [LOCKS.migration]);
      await runner.release();
    }
  } finally {
    await owner.destroy();
  }
}

/** Host, port and database, without the password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
