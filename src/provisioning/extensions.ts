import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { newId } from '../common/ids.js';
import { Sealer } from '../common/sealer.js';
import type { extensionChange, extensionNew } from '../contracts/provisioning.js';
import { generatePassword } from '../identity/passwords.js';
import { Changes, type Actor } from './changes.js';
import { Extension } from './entities.js';
import { secretContext } from './secret-context.js';

/** Internal numbers and the SIP passwords of their phones. */
@Injectable()
export class Extensions {
  constructor(
    private readonly changes: Changes,
    private readonly sealer: Sealer,
  ) {}

  /** @returns the new extension's id and its SIP password, which is not shown again */
  async create(
    actor: Actor,
    fields: z.infer<typeof extensionNew>,
  ): Promise<{ id: string; sipPassword: string }> {
    const id = newId();
    const sipPassword = generatePassword();
    await this.changes.apply(actor, { what: 'extension', action: 'created', id, fields }, (tx) =>
      this.insert(tx, { id, companyId: actor.companyId, ...fields, sipPassword }),
    );
    return { id, sipPassword };
  }

  /** The row alone, in the caller's own transaction. */
  async insert(
    tx: EntityManager,
    row: z.infer<typeof extensionNew> & { id: string; companyId: string; sipPassword: string },
  ): Promise<void> {
    const { sipPassword, ...columns } = row;
    const sipPasswordSealed = this.sealer.seal(sipPassword, secretContext.extension(row.id));
    await tx.insert(Extension, { ...columns, sipPasswordSealed });
  }

  async change(actor: Actor, id: string, fields: z.infer<typeof extensionChange>): Promise<void> {
    await this.changes.update(actor, { what: 'extension', id, fields }, Extension, fields);
  }

  /** @returns the new SIP password, shown this once; phones with the old one are refused from now on */
  async renewPassword(actor: Actor, id: string): Promise<string> {
    const sipPassword = generatePassword();
    const sipPasswordSealed = this.sealer.seal(sipPassword, secretContext.extension(id));
    const fields = { sipPassword: 'renewed' };
    await this.changes.update(actor, { what: 'extension', id, fields }, Extension, { sipPasswordSealed });
    return sipPassword;
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.changes.remove(actor, { what: 'extension', id }, Extension);
  }
}
