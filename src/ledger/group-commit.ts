import type { EntityManager } from 'typeorm';
import { clock } from '../common/clock.js';
import { codeOf, whyFailed } from '../database/database-errors.js';
import type { Database } from '../database/database.js';
import type { JsonObject, LedgerWrite } from './ledger-write.js';

/** PostgreSQL's word for "try again at once": serialization failure and deadlock. */
const TRY_AGAIN = new Set(['40001', '40P01']);
const MOST_TOGETHER = 64;

interface Waiting {
  write: LedgerWrite;
  /** clock.monotonic() until which it may take. */
  deadline: number;
  done: (result: JsonObject) => void;
  fail: (error: unknown) => void;
}

/**
 * Commits writes in the order in which they come, company by company. Those that come while one is being committed
 * share the next transaction: the ledger's head admits one transaction at a time, so this is what makes many quick.
 */
export class GroupCommit {
  private readonly queues = new Map<string, Waiting[]>();

  constructor(
    private readonly database: Database,
    private readonly append: (tx: EntityManager, write: LedgerWrite) => Promise<JsonObject>,
  ) {}

  /**
   * @param deadline clock.monotonic() until which it may take
   * @returns what the write's projections answered
   * @throws what the transaction throws; when the database is away, it is so for all that wait
   */
  commit(write: LedgerWrite, deadline: number): Promise<JsonObject> {
    return new Promise((done, fail) => {
      const waiting = { write, deadline, done, fail };
      const queue = this.queues.get(write.companyId);
      if (queue) {
        queue.push(waiting);
      } else {
        this.queues.set(write.companyId, [waiting]);
        void this.work(write.companyId);
      }
    });
  }

  private async work(companyId: string): Promise<void> {
    const queue = this.queues.get(companyId) ?? [];
    let singly = 0;
    while (queue.length > 0) {
      const batch = queue.splice(0, singly > 0 ? 1 : MOST_TOGETHER);
      singly = Math.max(0, singly - batch.length);
      try {
        const results = await this.inOneTransaction(batch);
        batch.forEach(({ done }, index) => done(results[index] as JsonObject));
      } catch (error) {
        if (whyFailed(error) === 'away') {
          // Those behind would wait in vain, and overtake these on their way into the spool if they did not.
          for (const { fail } of [...batch, ...queue.splice(0)]) fail(error);
        } else if (batch.length === 1) {
          batch[0]?.fail(error);
        } else {
          // One of them is refused: each by itself, in the same order, to find out which.
          queue.unshift(...batch);
          singly = batch.length;
        }
      }
    }
    this.queues.delete(companyId);
  }

  private async inOneTransaction(batch: Waiting[]): Promise<JsonObject[]> {
    const [{ write, deadline }] = batch as [Waiting];
    for (;;) {
      const leftMs = Math.round(deadline - clock.monotonic());
      try {
        return await this.database.transaction(
          write.companyId,
          async (tx) => {
            const results: JsonObject[] = [];
            for (const one of batch) results.push(await this.append(tx, one.write));
            return results;
          },
          { timeoutMs: Math.max(1, leftMs), pool: 'ledger' },
        );
      } catch (error) {
        if (leftMs <= 0 || !TRY_AGAIN.has(codeOf(error) ?? '')) throw error;
      }
    }
  }
}
