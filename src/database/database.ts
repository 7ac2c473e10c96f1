import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { appDataSource, type PoolLimits } from './data-source.js';
import { migrate } from './migrate.js';
import { TransactionAttempt } from './transaction-attempt.js';

/**
 * Pools apart, so that slow pages never hold the connections that calls are written with: `ledger` for entries, `calls` for
 * what each call asks besides, always in the same words, `pages` for all else.
 */
export type PoolName = 'ledger' | 'calls' | 'pages';

const BESIDE_THE_LEDGER = {
  connectMs: 5000,
  statementMs: 20_000,
  lockMs: 5000,
  idleInTransactionMs: 60_000,
};

const LIMITS: Record<PoolName, Omit<PoolLimits, 'name'>> = {
  ledger: {
    connections: 6,
    connectMs: 2000,
    statementMs: 10_000,
    lockMs: 10_000,
    idleInTransactionMs: 10_000,
    prepares: true,
  },
  calls: { ...BESIDE_THE_LEDGER, connections: 4, prepares: true },
  pages: { ...BESIDE_THE_LEDGER, connections: 8, prepares: false },
};

export interface TransactionOptions {
  /** Milliseconds until the caller gets `database-slow`; whether a COMMIT under way passed is then unknown. */
  timeoutMs?: number;
  pool?: PoolName;
}

/** What is to be done around a transaction's commit. */
interface Hooks {
  before: (() => Promise<void>)[];
  after: (() => void)[];
  atEnd: (() => void)[];
  isOver: boolean;
}

const SCOPE = /^(\*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** PostgreSQL as the application sees it: transactions inside one company's wall. */
@Injectable()
export class Database implements OnApplicationShutdown {
  private readonly hooks = new WeakMap<EntityManager, Hooks>();

  private constructor(private readonly pools: Record<PoolName, DataSource>) {}

  /**
   * Waits for PostgreSQL, migrates, opens the pools.
   * @param url of a user that owns the database
   * @param patienceMs milliseconds to wait for a server that does not answer yet
   * @throws AppError with one line that says what to do
   */
  static async open(url: string, patienceMs?: number): Promise<Database> {
    await migrate(url, patienceMs);
    const pool = async (name: PoolName) => appDataSource(url, { name, ...LIMITS[name] }).initialize();
    return new Database({
      ledger: await pool('ledger'),
      calls: await pool('calls'),
      pages: await pool('pages'),
    });
  }

  /**
   * Runs in one transaction that sees the rows of one company alone.
   * @param companyId whose rows; `*` is the system's own scope (start-up, dispatchers)
   * @throws what `run` throws, after a rollback; AppError `database-slow` after `timeoutMs`
   */
  async transaction<T>(
    companyId: string | '*',
    run: (tx: EntityManager) => Promise<T>,
    { timeoutMs = 30_000, pool = 'pages' }: TransactionOptions = {},
  ): Promise<T> {
    if (!SCOPE.test(companyId)) throw new TypeError(`no company id: ${companyId}`);
    const hooks: Hooks = { before: [], after: [], atEnd: [], isOver: false };
    const attempt = new TransactionAttempt(this.pools[pool], companyId, timeoutMs);
    this.hooks.set(attempt.manager, hooks);
    try {
      const value = await attempt.race(async (tx) => {
        const answer = await run(tx);
        for (const hook of hooks.before) await hook();
        return answer;
      });
      for (const hook of hooks.after) hook();
      return value;
    } finally {
      hooks.isOver = true;
      for (const hook of hooks.atEnd) hook();
    }
  }

  /** Runs when everything else of the transaction is done, just before its commit; what throws rolls it back. */
  beforeCommit(tx: EntityManager, hook: () => Promise<void>): void {
    this.hooksOf(tx).before.push(hook);
  }

  /** Runs once the transaction is known to be committed; must not throw. */
  afterCommit(tx: EntityManager, hook: () => void): void {
    this.hooksOf(tx).after.push(hook);
  }

  /**
   * Runs when the transaction is over, committed or not, after what afterCommit() asked for; at once where it is over
   * already: one that has run out of time goes on until its next statement. Must not throw.
   */
  atEnd(tx: EntityManager, hook: () => void): void {
    const hooks = this.hooksOf(tx);
    if (hooks.isOver) hook();
    else hooks.atEnd.push(hook);
  }

  private hooksOf(tx: EntityManager): Hooks {
    const hooks = this.hooks.get(tx);
    if (!hooks) throw new TypeError('this entity manager is not of Database.transaction()');
    return hooks;
  }

  /** Whether PostgreSQL answers within a second. Never rejects. */
  async isUp(): Promise<boolean> {
    return this.transaction('*', async () => true, { timeoutMs: 1000 }).catch(() => false);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    for (const pool of Object.values(this.pools)) if (pool.isInitialized) await pool.destroy();
  }
}
