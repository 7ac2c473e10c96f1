import type { DueJob } from './outbox.js';

/**
 * Brings ids of due jobs to the runner, each at least once. It remembers nothing for ever: the rows of the outbox
 * do, and what was lost is offered again.
 */
export interface Dispatcher {
  /** Whether it can bring jobs just now; those it cannot bring wait in the outbox. */
  readonly isUp: boolean;
  /** @param run runs one job; a rejection means "not now", it is offered again */
  start(run: (id: string) => Promise<void>): Promise<void>;
  /** Offers a job; one that is waiting already is not taken twice. Never rejects. */
  offer(job: DueJob): Promise<void>;
  /** Takes no more, waits for those that run. */
  stop(): Promise<void>;
}
