import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { newId } from '../common/ids.js';
import type { companyNumberChange, companyNumberNew } from '../contracts/provisioning.js';
import { InputError } from '../http/problem.js';
import { Changes, type Actor } from './changes.js';
import { CompanyNumber } from './entities.js';
import { Provisioning } from './provisioning.js';

/** The numbers that clients dial, and which group answers each. */
@Injectable()
export class CompanyNumbers {
  constructor(
    private readonly changes: Changes,
    private readonly provisioning: Provisioning,
  ) {}

  async create(actor: Actor, fields: z.infer<typeof companyNumberNew>): Promise<string> {
    const id = newId();
    this.demandGroup(actor, fields.groupId);
    await this.changes.apply(actor, { what: 'company number', action: 'created', id, fields }, async (tx) => {
      await tx.insert(CompanyNumber, { id, companyId: actor.companyId, ...fields });
    });
    return id;
  }

  async change(actor: Actor, id: string, fields: z.infer<typeof companyNumberChange>): Promise<void> {
    this.demandGroup(actor, fields.groupId);
    await this.changes.update(actor, { what: 'company number', id, fields }, CompanyNumber, fields);
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.changes.remove(actor, { what: 'company number', id }, CompanyNumber);
  }

  private demandGroup(actor: Actor, groupId: string | null | undefined): void {
    if (groupId && this.provisioning.snapshot.groups.get(groupId)?.companyId !== actor.companyId) {
      throw new InputError([{ field: 'groupId', message: 'is no ring group of this company' }]);
    }
  }
}
