import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { newId } from '../common/ids.js';
import { Sealer } from '../common/sealer.js';
import type { trunkChange, trunkNew } from '../contracts/provisioning.js';
import { InputError, NotFound } from '../http/problem.js';
import { Changes, type Actor } from './changes.js';
import { Trunk } from './entities.js';
import { secretContext, setOrRemoved } from './secret-context.js';
import type { JsonObject } from '../ledger/ledger-write.js';

type New = z.infer<typeof trunkNew>;
type Fields = z.infer<typeof trunkChange>;

/** Carriers' connections. */
@Injectable()
export class Trunks {
  constructor(
    private readonly changes: Changes,
    private readonly sealer: Sealer,
  ) {}

  async create(actor: Actor, fields: New): Promise<string> {
    const id = newId();
    demandReachable({ ...fields, hasPassword: fields.password !== null });
    await this.changes.apply(actor, { what: 'trunk', action: 'created', id, fields: shown(fields) }, (tx) =>
      this.insert(tx, { id, companyId: actor.companyId, ...fields }),
    );
    return id;
  }

  /** The row alone, in the caller's own transaction. */
  async insert(tx: EntityManager, row: New & { id: string; companyId: string }): Promise<void> {
    await tx.insert(Trunk, { id: row.id, companyId: row.companyId, ...this.columns(row.id, row) });
  }

  async change(actor: Actor, id: string, fields: Fields): Promise<void> {
    const change = { what: 'trunk', action: 'changed', id, fields: shown(fields) } as const;
    await this.changes.apply(actor, change, async (tx) => {
      const row = await tx.findOne(Trunk, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!row) throw new NotFound('trunk');
      const columns = this.columns(id, fields);
      const changed = { ...row, ...columns };
      demandReachable({ ...changed, hasPassword: changed.passwordSealed !== null });
      await tx.update(Trunk, id, columns);
    });
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.changes.remove(actor, { what: 'trunk', id }, Trunk);
  }

  private columns(id: string, { password, ...plain }: Fields): Partial<Trunk> {
    if (password === undefined) return plain;
    return {
      ...plain,
      passwordSealed: password === null ? null : this.sealer.seal(password, secretContext.trunk(id)),
    };
  }
}

/** The ledger says that a password was set, never which. */
const shown = ({ password, ...plain }: Fields): JsonObject => ({
  ...plain,
  ...(password !== undefined && { password: setOrRemoved(password) }),
});

/** @throws InputError where the trunk lacks what its kind needs: source addresses, or a sign-in with the carrier */
function demandReachable(trunk: {
  kind: string;
  sourceAddresses: readonly string[];
  username: string | null;
  hasPassword: boolean;
}): void {
  if (trunk.kind === 'address' && trunk.sourceAddresses.length === 0) {
    throw new InputError([
      {
        field: 'sourceAddresses',
        message: 'is empty: a trunk of kind address is known by where it sends from',
      },
    ]);
  }
  if (trunk.kind === 'registration' && !(trunk.username && trunk.hasPassword)) {
    throw new InputError([
      { field: 'username', message: 'and password are what a trunk of kind registration signs in with' },
    ]);
  }
}
