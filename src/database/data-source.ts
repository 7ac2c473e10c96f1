import type { ClientBase } from 'pg';
import { DataSource, getMetadataArgsStorage } from 'typeorm';
import { log } from '../common/log.js';
import { MIGRATIONS } from './migrations/index.js';
import { prepareStatements } from './prepared.js';

export interface PoolLimits {
  /** Names the connections in pg_stat_activity. */
  name: string;
  connections: number;
  /** Milliseconds until a connection is had, from the pool or newly made. */
  connectMs: number;
  /** Milliseconds one statement may take. */
  statementMs: number;
  /** Milliseconds one statement may wait for a lock. */
  lockMs: number;
  /** Milliseconds a transaction may stand idle. */
  idleInTransactionMs: number;
  /** Whether its statements are few and always the same. */
  prepares: boolean;
}

/**
 * A pool whose every connection has the application's role, which owns nothing, and the given limits. They go with
 * the connection's start, so that RESET leads back to them (PostgreSQL manual, §20.1.4).
 * Entities are all classes with @Entity that the program has loaded.
 */
export function appDataSource(url: string, limits: PoolLimits): DataSource {
  const options = {
    role: 'linekeeper_app',
    TimeZone: 'UTC',
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
    // A statement whose asker is gone ends instead of holding its locks.
    client_connection_check_interval: 1000,
  };
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: `linekeeper ${limits.name}`,
    poolSize: limits.connections,
    connectTimeoutMS: limits.connectMs,
    entities: getMetadataArgsStorage().tables.flatMap(({ target }) =>
      typeof target === 'function' ? [target] : [],
    ),
    synchronize: false,
    installExtensions: false,
    poolErrorHandler: (error: Error) =>
      log('database').warn({ pool: limits.name, error: error.message }, 'a connection was lost'),
    extra: {
      keepAlive: true,
      // What a transaction asks without waiting is sent at once: a round trip costs a turn of the event loop.
      pipeline: true,
      // The pool listens while a connection is idle, TypeORM while it is in use: one that PostgreSQL ends as it is handed
      // over would end the process.
      onConnect: (client: ClientBase) => {
        client.on('error', () => undefined);
        if (limits.prepares) prepareStatements(client);
      },
      idleTimeoutMillis: 60_000,
      options: Object.entries(options)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
    },
  });
}

/** One connection of the owner of the tables, for the migrations alone. */
export const ownerDataSource = (url: string): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    applicationName: 'linekeeper migrations',
    poolSize: 2,
    connectTimeoutMS: 5000,
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'all',
    installExtensions: false,
    synchronize: false,
    poolErrorHandler: () => undefined,
  });
