import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { AppError, messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';

/** What we use of pg's client beyond TypeORM. */
interface Connection {
  query(statements: string): Promise<unknown>;
  connection: { stream: { destroy(): void } };
}

/** One transaction against the clock: overdue, its connection is cut, for a server that says nothing at all. */
export class TransactionAttempt {
  private readonly runner: QueryRunner;
  private connection: Connection | undefined;
  private isOverdue = false;

  /** @param companyId a company's id or `*`, and nothing else: it becomes part of a statement */
  constructor(
    pool: DataSource,
    private readonly companyId: string,
    private readonly timeoutMs: number,
  ) {
    this.runner = pool.createQueryRunner();
  }

  get manager(): EntityManager {
    return this.runner.manager;
  }

  /** @throws AppError database-slow after its time; what `work` throws, after a rollback */
  async race<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, fail) => {
      timer = setTimeout(() => {
        this.isOverdue = true;
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

  private async run<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      this.connection = (await this.runner.connect()) as Connection;
      if (this.isOverdue) throw this.slow();
      const begun = this.begin(this.connection);
      begun.catch(() => undefined); // awaited below; what `work` sends goes out behind it, without waiting
      const value = await work(this.manager).finally(() => begun); // what failed behind a start that failed, failed by it
      if (this.isOverdue) throw this.slow();
      await this.runner.commitTransaction();
      return value;
    } catch (error) {
      await this.rollback();
      throw this.isOverdue ? this.slow() : error;
    } finally {
      await this.runner.release().catch(() => undefined);
    }
  }

  /**
   * TypeORM's startTransaction() and the scope in one round trip: every one counts before a phone may ring. Where it
   * fails, what comes behind it fails too, or has no scope and is before every wall.
   */
  private async begin(connection: Connection): Promise<void> {
    Object.assign(this.runner, { isTransactionActive: true, transactionDepth: 1 });
    await connection.query(
      `START TRANSACTION; SELECT set_config('linekeeper.company_id', '${this.companyId}', true)`,
    );
  }

  private async rollback(): Promise<void> {
    if (!this.connection || this.runner.isReleased) return;
    try {
      if (this.runner.isTransactionActive) await this.runner.rollbackTransaction();
      else this.cut();
    } catch (error) {
      log('database').debug({ error: messageOf(error) }, 'no rollback: the connection is gone');
      this.cut();
    }
  }

  /** Ends the connection at once: what waits on it fails, and the pool forgets it. */
  private cut(): void {
    if (this.connection && !this.runner.isReleased) this.connection.connection.stream.destroy();
  }

  private slow(): AppError {
    return new AppError('database-slow', `the database did not answer within ${this.timeoutMs} ms`, {
      httpStatus: 503,
    });
  }
}
