import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { whyFailed } from '../database/database-errors.js';
import type { LedgerMetrics } from './ledger-metrics.js';
import type { LedgerWrite } from './ledger-write.js';
import type { Spool } from './spool.js';
import type { SpoolRecord } from './spool-segment.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
/** Writes that share a transaction: the spool must empty faster than calls fill it. */
const MOST_TOGETHER = 64;

/** Brings the spool's writes into the database: in order, and each once, whatever was known of it before. */
export class Replay {
  private running: Promise<void> | undefined;
  private readonly closing = new AbortController();
  private isStarted = false;

  constructor(
    private readonly spool: Spool,
    private readonly metrics: LedgerMetrics,
    /** Commits writes of one company in one transaction, but for those that are in the ledger already. */
    private readonly commit: (writes: LedgerWrite[]) => Promise<void>,
  ) {}

  /** Before this, nothing is replayed: the projections are not registered yet. */
  start(): void {
    this.isStarted = true;
    this.kick();
  }

  /** There is something to replay. */
  kick(): void {
    if (!this.isStarted || this.running || this.spool.depth === 0 || this.closing.signal.aborted) return;
    this.running = this.drain()
      .catch((error: unknown) => log('ledger').error({ error: messageOf(error) }, 'the spool cannot be read'))
      .finally(() => {
        this.running = undefined;
        this.kick();
      });
  }

  /** Resolves when the spool is empty, or when the replay was closed. */
  async drained(): Promise<void> {
    while (this.running) await this.running;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  private async drain(): Promise<void> {
    const depth = this.spool.depth;
    log('ledger').warn({ depth }, 'replaying the spool');
    let replayed = 0;
    for (;;) {
      const records = await this.spool.peek(MOST_TOGETHER);
      const [oldest] = records;
      if (!oldest) break;
      const writes = ofOneCompany(records);
      if ('broken' in oldest) await this.setAside(oldest, 'its checksum is wrong');
      else if (!(await this.bringIn(writes))) return;
      const count = Math.max(1, writes.length);
      await this.spool.done(count);
      replayed += count;
    }
    log('ledger').info({ replayed }, 'the spool is empty');
  }

  /** @returns false where the replay was closed before the database came back */
  private async bringIn(writes: LedgerWrite[]): Promise<boolean> {
    for (let delay = FIRST_PAUSE_MS; ; delay = Math.min(delay * 2, LONGEST_PAUSE_MS)) {
      if (this.closing.signal.aborted) return false;
      try {
        await this.commit(writes);
        this.metrics.replayed.inc(writes.length);
        return true;
      } catch (error) {
        if (whyFailed(error) === 'refused') return this.bringInSingly(writes, error);
        log('ledger').debug({ error: messageOf(error), delay }, 'the database is still away');
        await pause(delay, undefined, { signal: this.closing.signal }).catch(() => undefined);
      }
    }
  }

  /** One of them is refused: each by itself, in the same order; the one it is, is set aside. */
  private async bringInSingly(writes: LedgerWrite[], error: unknown): Promise<boolean> {
    const [write, ...others] = writes;
    if (write && others.length === 0) {
      await this.setAside({ write }, messageOf(error));
      return true;
    }
    for (const one of writes) if (!(await this.bringIn([one]))) return false;
    return true;
  }

  private async setAside(record: Parameters<Spool['reject']>[0], why: string): Promise<void> {
    this.metrics.rejected.inc();
    const write = 'write' in record ? record.write : undefined;
    log('ledger').error(
      { entryId: write?.id, kind: write?.kind, callId: write?.callId, why },
      'set a write aside',
    );
    await this.spool.reject(record, why);
  }
}

/** The writes at the head of the spool that belong to one company. */
function ofOneCompany(records: readonly SpoolRecord[]): LedgerWrite[] {
  const writes: LedgerWrite[] = [];
  for (const record of records) {
    if ('broken' in record || record.write.companyId !== (writes[0] ?? record.write).companyId) break;
    writes.push(record.write);
  }
  return writes;
}
