import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { whyFailed } from '../database/database-errors.js';
import type { LedgerMetrics } from './ledger-metrics.js';
import type { LedgerWrite } from './ledger-write.js';
import type { Spool } from './spool.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** Brings the spool's writes into the database: in order, and each once, whatever was known of it before. */
export class Replay {
  private running: Promise<void> | undefined;
  private readonly closing = new AbortController();
  private isStarted = false;

  constructor(
    private readonly spool: Spool,
    private readonly metrics: LedgerMetrics,
    /** Commits one write unless it is in the ledger already. */
    private readonly commit: (write: LedgerWrite) => Promise<void>,
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
      const record = await this.spool.peek();
      if (!record) break;
      if ('broken' in record) await this.setAside(record, 'its checksum is wrong');
      else if (!(await this.bringIn(record.write))) return;
      await this.spool.done();
      replayed += 1;
    }
    log('ledger').info({ replayed }, 'the spool is empty');
  }

  /** @returns false where the replay was closed before the database came back */
  private async bringIn(write: LedgerWrite): Promise<boolean> {
    for (let delay = FIRST_PAUSE_MS; ; delay = Math.min(delay * 2, LONGEST_PAUSE_MS)) {
      if (this.closing.signal.aborted) return false;
      try {
        await this.commit(write);
        this.metrics.replayed.inc();
        return true;
      } catch (error) {
        if (whyFailed(error) === 'refused') {
          await this.setAside({ write }, messageOf(error));
          return true;
        }
        log('ledger').debug({ error: messageOf(error), delay }, 'the database is still away');
        await pause(delay, undefined, { signal: this.closing.signal }).catch(() => undefined);
      }
    }
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
