import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import type { Dispatcher } from './dispatcher.js';
import type { DueJob } from './outbox.js';

/** Jobs at once. */
const CONCURRENCY = 4;
/** Later ones are left to the sweep: a timer for each would be kept for nothing. */
const LONGEST_WAIT_MS = 60_000;

/** Dispatches within this process, where no Redis is configured. */
export class InProcessDispatcher implements Dispatcher {
  readonly isUp = true;
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly queue = new Set<string>();
  private readonly running = new Map<string, Promise<void>>();
  private run: ((id: string) => Promise<void>) | undefined;

  async start(run: (id: string) => Promise<void>): Promise<void> {
    this.run = run;
    this.next();
  }

  async offer({ id, runAt }: DueJob): Promise<void> {
    const waitMs = runAt.getTime() - Date.now();
    if (waitMs > LONGEST_WAIT_MS) return;
    clearTimeout(this.timers.get(id));
    this.timers.set(
      id,
      setTimeout(
        () => {
          this.timers.delete(id);
          this.queue.add(id);
          this.next();
        },
        Math.max(0, waitMs),
      ).unref(),
    );
  }

  private next(): void {
    const { run } = this;
    if (!run) return;
    for (const id of this.queue) {
      if (this.running.size >= CONCURRENCY) return;
      if (this.running.has(id)) continue; // its end looks here again
      this.queue.delete(id);
      const done = run(id)
        .catch((error: unknown) => log('jobs').warn({ jobId: id, error: messageOf(error) }, 'not run'))
        .finally(() => {
          this.running.delete(id);
          this.next();
        });
      this.running.set(id, done);
    }
  }

  async stop(): Promise<void> {
    this.run = undefined;
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.queue.clear();
    await Promise.all(this.running.values());
  }
}
