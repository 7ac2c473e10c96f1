import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { LOCKS } from './advisory-locks.js';
import { StandingConnection } from './standing-connection.js';

/** What only one of the control planes that share a database does. */
export type Led = 'trunk registrations' | 'opus of recordings';

const TRY_MS = 1_000;

/**
 * Which control plane does what only one may do: the one whose standing connection holds the advisory lock. When it
 * dies PostgreSQL frees the lock at once, and another has it at its next try. While the database is away everything
 * stays as it was, so that what is led goes on.
 */
@Injectable()
export class Leadership implements OnModuleDestroy {
  private readonly competing = new Map<Led, { leads: boolean; changed: (leads: boolean) => void }>();
  private timer?: NodeJS.Timeout;
  private trying?: Promise<void>;

  constructor(private readonly connection: StandingConnection) {
    connection.events.on('open', () => this.tryAll(true));
  }

  /** @param changed told when this process begins to lead, and when it has lost the lead to another */
  compete(what: Led, changed: (leads: boolean) => void): void {
    this.competing.set(what, { leads: false, changed });
    this.timer ??= setInterval(() => void this.tryAll(false), TRY_MS);
    void this.tryAll(false);
  }

  /** Leaves it to others, who are heard of within a second or so. Never throws. */
  async resign(what: Led): Promise<void> {
    const own = this.competing.get(what);
    this.competing.delete(what);
    await this.trying;
    if (own?.leads) {
      await this.connection.query('SELECT pg_advisory_unlock($1)', [LOCKS[what]]).catch(() => undefined);
    }
  }

  /** @param isNew the connection is: a lock of before is free, and another may have it by now */
  private async tryAll(isNew: boolean): Promise<void> {
    if (isNew) await this.trying;
    this.trying ??= this.each(isNew).finally(() => (this.trying = undefined));
    await this.trying;
  }

  private async each(isNew: boolean): Promise<void> {
    for (const [what, one] of this.competing) {
      if (one.leads && !isNew) continue;
      try {
        const [row] = await this.connection.query<{ got: boolean }>(
          'SELECT pg_try_advisory_lock($1) AS got',
          [LOCKS[what]],
        );
        if (row && row.got !== one.leads) {
          one.leads = row.got;
          log('database').info({ what, leads: one.leads }, 'leadership');
          one.changed(one.leads);
        }
      } catch (error) {
        log('database').debug({ what, error: messageOf(error) }, 'no leadership could be asked for');
      }
    }
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }
}
