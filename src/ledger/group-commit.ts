import type { EntityManager } from 'typeorm';
import { allEnded } from '../common/all-ended.js';
import { clock } from '../common/clock.js';
import { codeOf, whyFailed } from '../database/database-errors.js';
import type { Database } from '../database/database.js';
import { BEFORE_RINGING } from './ledger-kinds.js';
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
 * Commits writes in the order in which they come, company by company; those before which nothing rings stand in a queue
 * of their own, behind no answer or end of another call. Those that come while one is being committed
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
      const name = `${write.companyId} ${BEFORE_RINGING.has(write.kind)}`;
      const queue = this.queues.get(name);
      if (queue) {
        queue.push(waiting);
      } else {
        const first = [waiting];
        this.queues.set(name, first);
        void this.work(name, first);
      }
    });
  }

  private async work(name: string, queue: Waiting[]): Promise<void> {
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
    this.queues.delete(name); // in the same moment as the look: what comes now begins a queue of its own
  }

  private async inOneTransaction(batch: Waiting[]): Promise<JsonObject[]> {
    const [{ write, deadline }] = batch as [Waiting];
    for (;;) {
      const leftMs = Math.round(deadline - clock.monotonic());
      try {
        return await this.database.transaction(
          write.companyId,
          (tx) =>
            sideBySide(
              batch.map((one) => one.write),
              (one) => this.append(tx, one),
            ),
          { timeoutMs: Math.max(1, leftMs), pool: 'ledger' },
        );
      } catch (error) {
        if (leftMs <= 0 || !TRY_AGAIN.has(codeOf(error) ?? '')) throw error;
      }
    }
  }
}

/**
 * Appends writes of one transaction at once, so that their round trips to the database overlap. In their order are those
 * of one call, and those of calls out, which are admitted one after another.
 */
function sideBySide(
  writes: LedgerWrite[],
  append: (write: LedgerWrite) => Promise<JsonObject>,
): Promise<JsonObject[]> {
  const last = new Map<string, Promise<unknown>>();
  return allEnded(
    writes.map((write) => {
      const lines = [write.callId ?? write.id, ...(write.kind === 'call.dialled' ? [write.kind] : [])];
      const appended = Promise.all(lines.map(async (line) => last.get(line))).then(() => append(write));
      for (const line of lines) last.set(line, appended);
      return appended;
    }),
  );
}
