import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { AppError, messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { appDataSource, type PoolLimits } from './data-source.js';
import { migrate } from './migrate.js';

/** Two pools, so that slow pages never hold the connections that calls are written with. */
export type PoolName = 'ledger' | 'pages';

const LIMITS: Record<PoolName, Omit<PoolLimits, 'name'>> = {
  ledger: {
    connections: 6,
    connectMs: 2000,
    statementMs: 10_000,
    lockMs: 10_000,
    idleInTransactionMs: 10_000,
  },
  pages: { connections: 10, connectMs: 5000, statementMs: 20_000, lockMs: 5000, idleInTransactionMs: 60_000 },
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
    return new Database({ ledger: await pool('ledger'), pages: await pool('pages') });
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
    const attempt = new Attempt(this.pools[pool], timeoutMs);
    return attempt.race(async () => {
      const { manager } = attempt.runner;
      const hooks: Hooks = { before: [], after: [] };
      this.hooks.set(manager, hooks);
      await attempt.runner.query(`SELECT set_config('linekeeper.company_id', $1, true)`, [companyId]);
      const value = await run(manager);
      for (const hook of hooks.before) await hook();
      return { value, committed: () => hooks.after.forEach((hook) => hook()) };
    });
  }

  /** Runs when everything else of the transaction is done, just before its commit; what throws rolls it back. */
  beforeCommit(tx: EntityManager, hook: () => Promise<void>): void {
    this.hooksOf(tx).before.push(hook);
  }

  /** Runs once the transaction has been committed; must not throw. */
  afterCommit(tx: EntityManager, hook: () => void): void {
    this.hooksOf(tx).after.push(hook);
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

/** One transaction against the clock: overdue, its connection is cut, for a server that says nothing at all. */
class Attempt {
  readonly runner;
  private overdue = false;

  constructor(
    pool: DataSource,
    private readonly timeoutMs: number,
  ) {
    this.runner = pool.createQueryRunner();
  }

  async race<T>(work: () => Promise<{ value: T; committed: () => void }>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, fail) => {
      timer = setTimeout(() => {
        this.overdue = true;
        this.cut();
        fail(this.slow());
      }, this.timeoutMs);
    });
    const running = this.run(work);
    running.catch(() => undefined); // it is heard through the race; overdue, by nobody
    try {
      return await Promise.race([running, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async run<T>(work: () => Promise<{ value: T; committed: () => void }>): Promise<T> {
    try {
      await this.runner.connect();
      if (this.overdue) throw this.slow();
      await this.runner.startTransaction();
      const { value, committed } = await work();
      if (this.overdue) throw this.slow();
      await this.runner.commitTransaction();
      committed();
      return value;
    } catch (error) {
      await this.rollback();
      throw this.overdue ? this.slow() : error;
    } finally {
      await this.runner.release().catch(() => undefined);
    }
  }

  private async rollback(): Promise<void> {
    if (!this.runner.isTransactionActive || this.runner.isReleased) return;
    await this.runner.rollbackTransaction().catch((error: unknown) => {
      log('database').debug({ error: messageOf(error) }, 'no rollback: the connection is gone');
      this.cut();
    });
  }

  /** Ends the connection at once: what waits on it fails, and the pool forgets it. */
  private cut(): void {
    const client = (this.runner as unknown as { databaseConnection?: CuttableClient }).databaseConnection;
    if (client && !this.runner.isReleased) client.connection.stream.destroy();
  }

  private slow(): AppError {
    return new AppError('database-slow', `the database did not answer within ${this.timeoutMs} ms`, {
      httpStatus: 503,
    });
  }
}

/** What we use of pg's Client beyond its typings. */
interface CuttableClient {
  connection: { stream: { destroy(): void } };
}
