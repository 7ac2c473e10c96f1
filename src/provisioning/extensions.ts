import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { newId } from '../common/ids.js';
import { Sealer } from '../common/sealer.js';
import type { extensionChange, extensionNew } from '../contracts/provisioning.js';
import { generatePassword } from '../identity/passwords.js';
import { NotFound } from '../http/problem.js';
import type { JsonObject } from '../ledger/ledger-write.js';
import { Changes, type Actor } from './changes.js';
import { Extension } from './entities.js';
import { Mobiles } from './mobiles.js';
import { secretContext, setOrRemoved } from './secret-context.js';

type Fields = z.infer<typeof extensionChange>;

/** Internal numbers and the SIP passwords of their phones. */
@Injectable()
export class Extensions {
  constructor(
    private readonly changes: Changes,
    private readonly sealer: Sealer,
    private readonly mobiles: Mobiles,
  ) {}

  /** @returns the new extension's id */
  async create(actor: Actor, fields: z.infer<typeof extensionNew>): Promise<string> {
    const id = newId();
    const sipPassword = generatePassword();
    const change = { what: 'extension', action: 'created', id, fields: shown(fields) } as const;
    await this.changes.apply(actor, change, (tx) =>
      this.insert(tx, { id, companyId: actor.companyId, ...fields, sipPassword }),
    );
    return id;
  }

  /** The row alone, in the caller's own transaction. */
  async insert(
    tx: EntityManager,
    row: z.infer<typeof extensionNew> & { id: string; companyId: string; sipPassword: string },
  ): Promise<void> {
    const { sipPassword, ...fields } = row;
    const sipPasswordSealed = this.sealer.seal(sipPassword, secretContext.extension(row.id));
    const columns = await this.columns(tx, row.companyId, fields);
    await tx.insert(Extension, { ...columns, id: row.id, companyId: row.companyId, sipPasswordSealed });
  }

  async change(actor: Actor, id: string, fields: z.infer<typeof extensionChange>): Promise<void> {
    const change = { what: 'extension', action: 'changed', id, fields: shown(fields) } as const;
    await this.changes.apply(actor, change, async (tx) => {
      const { affected } = await tx.update(Extension, id, await this.columns(tx, actor.companyId, fields));
      if (!affected) throw new NotFound('extension');
    });
  }

  /** Phones with the old SIP password are refused from now on. */
  async renewPassword(actor: Actor, id: string): Promise<void> {
    const sipPassword = generatePassword();
    const sipPasswordSealed = this.sealer.seal(sipPassword, secretContext.extension(id));
    const fields = { sipPassword: 'renewed' };
    await this.changes.update(actor, { what: 'extension', id, fields }, Extension, { sipPasswordSealed });
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.changes.remove(actor, { what: 'extension', id }, Extension);
  }

  private async columns(
    tx: EntityManager,
    companyId: string,
    { mobile, ...plain }: Fields,
  ): Promise<Partial<Extension>> {
    if (mobile === undefined) return plain;
    return { ...plain, mobileId: mobile === null ? null : await this.mobiles.idOf(tx, companyId, mobile) };
  }
}

/** The ledger says that a mobile was set, never which. */
export const shown = ({ mobile, ...plain }: Fields): JsonObject => ({
  ...plain,
  ...(mobile !== undefined && { mobile: setOrRemoved(mobile) }),
});
