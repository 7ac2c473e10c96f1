import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { newId } from '../common/ids.js';
import type { groupChange, groupNew } from '../contracts/provisioning.js';
import { InputError, NotFound } from '../http/problem.js';
import { Changes, type Actor } from './changes.js';
import { RingGroup, RingGroupMember } from './entities.js';
import { Provisioning } from './provisioning.js';
import type { Snapshot } from './config.js';

type Fields = z.infer<typeof groupChange>;

/** Groups of extensions that ring together, and where their calls overflow to. */
@Injectable()
export class RingGroups {
  constructor(
    private readonly changes: Changes,
    private readonly provisioning: Provisioning,
  ) {}

  async create(actor: Actor, fields: z.infer<typeof groupNew>): Promise<string> {
    const id = newId();
    demandKnown(this.provisioning.snapshot, actor.companyId, id, fields);
    await this.changes.apply(actor, { what: 'ring group', action: 'created', id, fields }, (tx) =>
      this.insert(tx, { id, companyId: actor.companyId, ...fields }),
    );
    return id;
  }

  /** The rows alone, in the caller's own transaction. */
  async insert(
    tx: EntityManager,
    { memberIds, ...group }: z.infer<typeof groupNew> & { id: string; companyId: string },
  ): Promise<void> {
    await tx.insert(RingGroup, group);
    await this.setMembers(tx, group.companyId, group.id, memberIds);
  }

  async change(actor: Actor, id: string, fields: Fields): Promise<void> {
    demandKnown(this.provisioning.snapshot, actor.companyId, id, fields);
    const { memberIds, ...columns } = fields;
    await this.changes.apply(actor, { what: 'ring group', action: 'changed', id, fields }, async (tx) => {
      const row = await tx.findOneBy(RingGroup, { id });
      if (!row) throw new NotFound('ring group');
      if (Object.keys(columns).length > 0) await tx.update(RingGroup, id, columns);
      if (memberIds) await this.setMembers(tx, actor.companyId, id, memberIds);
    });
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.changes.remove(actor, { what: 'ring group', id }, RingGroup);
  }

  private async setMembers(
    tx: EntityManager,
    companyId: string,
    groupId: string,
    memberIds: string[],
  ): Promise<void> {
    await tx.delete(RingGroupMember, { groupId });
    await tx.insert(
      RingGroupMember,
      memberIds.map((extensionId, position) => ({ groupId, extensionId, companyId, position })),
    );
  }
}

/** @throws InputError where members or the overflow group are not of the company, or overflow leads round in a circle */
export function demandKnown(snapshot: Snapshot, companyId: string, id: string, fields: Fields): void {
  const errors: { field: string; message: string }[] = [];
  fields.memberIds?.forEach((member, index) => {
    if (snapshot.extensions.get(member)?.companyId !== companyId) {
      errors.push({ field: `memberIds.${index}`, message: 'is no extension of this company' });
    }
  });
  const overflow = fields.overflowGroupId;
  if (overflow && overflow !== id && snapshot.groups.get(overflow)?.companyId !== companyId) {
    errors.push({ field: 'overflowGroupId', message: 'is no ring group of this company' });
  } else if (overflow && leadsTo(snapshot, overflow, id)) {
    errors.push({
      field: 'overflowGroupId',
      message: 'leads back to this group: its calls would ring in a circle',
    });
  }
  if (errors.length > 0) throw new InputError(errors);
}

function leadsTo(snapshot: Snapshot, from: string, to: string): boolean {
  const seen = new Set<string>();
  for (
    let at: string | null | undefined = from;
    at && !seen.has(at);
    at = snapshot.groups.get(at)?.overflowGroupId
  ) {
    if (at === to) return true;
    seen.add(at);
  }
  return false;
}
