import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../common/ids.js';
import type { JsonObject } from '../ledger/ledger-write.js';
import { Accounts } from '../identity/accounts.js';
import { Changes, type Actor, type Kind } from './changes.js';
import { Company, CompanyNumber, RecordingRule, RingGroup } from './entities.js';
import { DiallingRulesStore } from './dialling-rules.js';
import { Extensions, shown } from './extensions.js';
import { RingGroups } from './ring-groups.js';
import type { Seed } from './seed-file.js';
import { Trunks } from './trunks.js';

/** Sets a whole company up, in the caller's transaction; every piece is an entry of its ledger. */
@Injectable()
export class Seeding {
  constructor(
    private readonly changes: Changes,
    private readonly accounts: Accounts,
    private readonly extensions: Extensions,
    private readonly groups: RingGroups,
    private readonly trunks: Trunks,
    private readonly rules: DiallingRulesStore,
  ) {}

  /** @returns the new company's id */
  async company(tx: EntityManager, fields: Seed['company']): Promise<string> {
    const id = newId();
    await tx.insert(Company, { id, ...fields });
    await this.written(tx, { companyId: id, name: 'system' }, 'company', id, fields);
    return id;
  }

  /** @returns the new company's id */
  async apply(tx: EntityManager, seed: Seed): Promise<string> {
    const companyId = await this.company(tx, seed.company);
    const actor: Actor = { companyId, name: 'system' };
    const extensionIds = new Map<string, string>();
    for (const { sipPassword, ...fields } of seed.extensions) {
      const id = newId();
      extensionIds.set(fields.number, id);
      await this.extensions.insert(tx, { id, companyId, ...fields, sipPassword });
      await this.written(tx, actor, 'extension', id, shown(fields));
    }
    const groupIds = await this.ringGroups(tx, actor, seed, extensionIds);
    const numberIds = new Map<string, string>();
    for (const { group, ...fields } of seed.companyNumbers) {
      const row = { id: newId(), ...fields, groupId: group === undefined ? null : idIn(groupIds, group) };
      numberIds.set(row.number, row.id);
      await tx.insert(CompanyNumber, { companyId, ...row });
      await this.written(tx, actor, 'company number', row.id, row);
    }
    for (const fields of seed.trunks) {
      const id = newId();
      await this.trunks.insert(tx, { id, companyId, ...fields });
      await this.written(tx, actor, 'trunk', id, { name: fields.name, kind: fields.kind });
    }
    for (const [at, { companyNumber, extension, ...fields }] of seed.recordingRules.entries()) {
      const position = (at + 1) * 10; // others go before and between them
      const companyNumberId = companyNumber === undefined ? null : idIn(numberIds, companyNumber);
      const extensionId = extension === undefined ? null : idIn(extensionIds, extension);
      const row = { id: newId(), position, companyNumberId, extensionId, ...fields };
      await tx.insert(RecordingRule, { companyId, ...row });
      await this.written(tx, actor, 'recording rule', row.id, row);
    }
    if (seed.diallingRules) await this.rules.seed(tx, actor, seed.company.country, seed.diallingRules);
    for (const { extension, ...person } of seed.people) {
      const extensionId = extension === undefined ? undefined : idIn(extensionIds, extension);
      await this.accounts.create(tx, { companyId, ...person, extensionId }, actor.name);
    }
    return companyId;
  }

  private async ringGroups(
    tx: EntityManager,
    actor: Actor,
    seed: Seed,
    extensionIds: Map<string, string>,
  ): Promise<Map<string, string>> {
    const ids = new Map(seed.ringGroups.map(({ name }) => [name, newId()]));
    for (const { name, strategy, ringTimeoutS, members } of seed.ringGroups) {
      const row = {
        id: idIn(ids, name),
        name,
        strategy,
        ringTimeoutS,
        overflowGroupId: null,
        memberIds: members.map((number) => idIn(extensionIds, number)),
      };
      await this.groups.insert(tx, { companyId: actor.companyId, ...row });
      await this.written(tx, actor, 'ring group', row.id, row);
    }
    // A group may overflow to one that stands below it in the file.
    for (const { name, overflow } of seed.ringGroups) {
      if (overflow === undefined) continue;
      await tx.update(RingGroup, idIn(ids, name), { overflowGroupId: idIn(ids, overflow) });
    }
    return ids;
  }

  private async written(
    tx: EntityManager,
    actor: Actor,
    what: Kind,
    id: string,
    fields: JsonObject,
  ): Promise<void> {
    await this.changes.write(tx, actor, { what, action: 'created', id, fields });
  }
}

function idIn(ids: Map<string, string>, name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new TypeError(`the seed names ${name} without having it`);
  return id;
}
