import { Injectable } from '@nestjs/common';
import type { EntityManager, EntityTarget, QueryDeepPartialEntity } from 'typeorm';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { Person } from '../contracts/identity.js';
import { Database } from '../database/database.js';
import { Notifications } from '../database/notifications.js';
import { orConflict } from '../http/conflicts.js';
import { NotFound } from '../http/problem.js';
import { Ledger } from '../ledger/ledger.js';
import type { JsonObject } from '../ledger/ledger-write.js';
import { Provisioning } from './provisioning.js';

/** Who changes, and in which company. */
export interface Actor {
  companyId: string;
  /** As the ledger names people: `user:<id>` or `system`. */
  name: string;
}

export const actorOf = (person: Person): Actor => ({
  companyId: person.companyId,
  name: `user:${person.id}`,
});

export type Kind =
  | 'company'
  | 'dialling rules'
  | 'extension'
  | 'ring group'
  | 'company number'
  | 'trunk'
  | 'recording rule'
  | 'prompt';

export interface Change {
  what: Kind;
  action: 'created' | 'changed' | 'removed';
  id: string;
  /** What the ledger shows of it. Never a secret: only that one was set. */
  fields: JsonObject;
}

/** The one door for changes to what is set up: row, ledger entry and notice in one transaction, then the snapshot. */
@Injectable()
export class Changes {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly provisioning: Provisioning,
    private readonly notifications: Notifications,
  ) {}

  /**
   * @param run makes the change
   * @throws AppError 409 where the change would make two of what there is one of
   */
  async apply(actor: Actor, change: Change, run: (tx: EntityManager) => Promise<void>): Promise<void> {
    await orConflict(
      this.database.transaction(actor.companyId, async (tx) => {
        await run(tx);
        await this.write(tx, actor, change);
      }),
    );
    await this.provisioning.reload();
  }

  /** @throws NotFound where no row has the id */
  async update<E extends { id: string }>(
    actor: Actor,
    change: Omit<Change, 'action'>,
    entity: EntityTarget<E>,
    columns: QueryDeepPartialEntity<E>,
  ): Promise<void> {
    await this.apply(actor, { ...change, action: 'changed' }, async (tx) => {
      const { affected } = await tx.update(entity, change.id, columns);
      if (!affected) throw new NotFound(change.what);
    });
  }

  /** @throws NotFound where no row has the id */
  async remove<E extends { id: string }>(
    actor: Actor,
    change: { what: Kind; id: string },
    entity: EntityTarget<E>,
  ): Promise<void> {
    await this.apply(actor, { ...change, action: 'removed', fields: {} }, async (tx) => {
      const { affected } = await tx.delete(entity, change.id);
      if (!affected) throw new NotFound(change.what);
    });
  }

  /** The entry and the notice of a change made in the caller's own transaction; he reloads after it. */
  async write(tx: EntityManager, actor: Actor, change: Change): Promise<void> {
    const { what, action, id, fields } = change;
    await this.ledger.append(tx, {
      id: newId(),
      companyId: actor.companyId,
      kind: 'provisioning.changed',
      at: clock.iso(),
      actor: actor.name,
      data: { what, action, id, fields },
    });
    await this.notifications.tell(tx, 'provisioning', { companyId: actor.companyId });
  }
}
