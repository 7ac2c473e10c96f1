import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { Presence, PresenceChange } from '../contracts/live.js';
import type { Person } from '../contracts/identity.js';
import { Database } from '../database/database.js';
import { Notifications } from '../database/notifications.js';
import { InputError } from '../http/problem.js';
import { JobHandlers, type Job } from '../jobs/job-handlers.js';
import { Outbox } from '../jobs/outbox.js';
import { Ledger } from '../ledger/ledger.js';
import { isAway, type ExtensionConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { noExtension } from './no-extension.js';

/** The longest that one can be away with a time to come back, in ms. */
const LONGEST_AWAY_MS = 31 * 24 * 3600_000;

/** Who is here and who is away, as they say themselves. Calls ask the snapshot, which knows the time by itself. */
@Injectable()
export class Presences {
  constructor(
    private readonly database: Database,
    private readonly provisioning: Provisioning,
    private readonly notifications: Notifications,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
    handlers: JobHandlers,
  ) {
    handlers.register('presence.back', (job) => this.back(job));
  }

  /** @throws AppError 409 where the person has no extension */
  of(person: Person): Presence {
    return presenceOf(this.extensionOf(person), clock.now());
  }

  /** @throws AppError 409 where the person has no extension; InputError where the time is past, or a month away */
  async change(person: Person, { presence, backAt }: PresenceChange): Promise<Presence> {
    const { id, companyId } = this.extensionOf(person);
    const isLeaving = presence === 'away';
    if (isLeaving) demandSoon(backAt);
    const until = isLeaving && backAt !== null ? new Date(backAt) : null;
    await this.database.transaction(companyId, async (tx) => {
      await tx.query('UPDATE extension SET away_since = $2, back_at = $3 WHERE id = $1', [
        id,
        isLeaving ? new Date(clock.now()) : null,
        until,
      ]);
      await this.write(tx, companyId, `user:${person.id}`, { extensionId: id, presence, backAt: until });
      if (until) {
        const payload = { extensionId: id, backAt: until.toISOString() };
        await this.outbox.add(tx, { companyId, kind: 'presence.back', payload, runAt: until });
      }
    });
    await this.provisioning.reload();
    return this.of(person);
  }

  /** The time has come, unless he has said something else since. */
  private async back({ companyId, payload }: Job): Promise<void> {
    const { extensionId, backAt } = payload as { extensionId: string; backAt: string };
    await this.database.transaction(companyId, async (tx) => {
      const [rows]: [{ id: string }[]] = await tx.query(
        'UPDATE extension SET away_since = NULL, back_at = NULL WHERE id = $1 AND back_at = $2 RETURNING id',
        [extensionId, new Date(backAt)],
      );
      if (rows.length === 0) return;
      await this.write(tx, companyId, 'system', { extensionId, presence: 'here', backAt: null });
    });
    await this.provisioning.reload();
  }

  private async write(
    tx: EntityManager,
    companyId: string,
    actor: string,
    { extensionId, presence, backAt }: { extensionId: string; presence: string; backAt: Date | null },
  ): Promise<void> {
    const data = { extensionId, presence, backAt: backAt?.toISOString() ?? null };
    const at = clock.iso();
    await this.ledger.append(tx, { id: newId(), companyId, kind: 'presence.changed', at, actor, data });
    await this.notifications.tell(tx, 'provisioning', { companyId });
  }

  private extensionOf({ extension }: Person): ExtensionConfig {
    const config = extension && this.provisioning.snapshot.extensions.get(extension.id);
    if (!config) throw noExtension();
    return config;
  }
}

/** @param now ms since the epoch */
export function presenceOf(extension: ExtensionConfig, now: number): Presence {
  if (!isAway(extension, now)) return { presence: 'here', backAt: null };
  const backAt = extension.away?.backAt ?? null;
  return { presence: 'away', backAt: backAt === null ? null : new Date(backAt).toISOString() };
}

function demandSoon(backAt: string | null): void {
  const inMs = backAt === null ? 1 : Date.parse(backAt) - clock.now();
  if (inMs > 0 && inMs <= LONGEST_AWAY_MS) return;
  const message = inMs > 0 ? 'is more than a month away: leave it out' : 'is past: name a time to come';
  throw new InputError([{ field: 'backAt', message }]);
}
