import Bull from 'bull';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import type { Dispatcher } from './dispatcher.js';
import type { DueJob } from './outbox.js';

const QUEUE = 'linekeeper-jobs';
const CONCURRENCY = 4;
/** Milliseconds an offer may wait for a Redis that is away; the sweep offers again. */
const OFFER_MS = 1000;

/** Dispatches over Redis with bull, to whichever control plane is free. The job's id is its row's. */
export class BullDispatcher implements Dispatcher {
  private readonly queue: Bull.Queue;
  private isDown = false;

  constructor(redisUrl: string) {
    this.queue = new Bull(QUEUE, redisUrl, {
      redis: { retryStrategy: (times: number) => Math.min(times * 100, 2000) },
      // The row's lease says whether a worker is dead; bull only carries the id.
      settings: { maxStalledCount: 1000, stalledInterval: 2000, lockDuration: 5000 },
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    });
    this.queue.on('error', (error) => {
      if (!this.isDown)
        log('jobs').warn({ error: messageOf(error) }, 'Redis is away: jobs wait in the outbox');
      this.isDown = true;
    });
  }

  get isUp(): boolean {
    return this.queue.client.status === 'ready';
  }

  async start(run: (id: string) => Promise<void>): Promise<void> {
    void this.queue
      .process(CONCURRENCY, async ({ id }) => run(String(id)))
      .catch((error: unknown) => log('jobs').error({ error: messageOf(error) }, 'the queue is not read'));
  }

  async offer({ id, runAt }: DueJob): Promise<void> {
    const delay = Math.max(0, runAt.getTime() - Date.now());
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<'late'>((done) => (timer = setTimeout(() => done('late'), OFFER_MS)));
    const adding = this.queue.add({}, { jobId: id, delay }).then(
      () => (this.isDown = false),
      (error: unknown) => log('jobs').warn({ jobId: id, error: messageOf(error) }, 'not queued'),
    );
    await Promise.race([adding, tooLate]);
    clearTimeout(timer);
  }

  async stop(): Promise<void> {
    // A Redis that is away would be waited for: then the connections are simply dropped.
    await this.queue
      .close(this.isDown)
      .catch((error: unknown) =>
        log('jobs').debug({ error: messageOf(error) }, 'the queue was not closed cleanly'),
      );
  }
}
