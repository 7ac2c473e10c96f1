import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { newId } from '../common/ids.js';
import type { recordingRuleChange, recordingRuleNew } from '../contracts/recordings.js';
import { InputError, NotFound } from '../http/problem.js';
import { Changes, type Actor } from './changes.js';
import { RecordingRule } from './entities.js';
import { Provisioning } from './provisioning.js';

type Fields = z.infer<typeof recordingRuleChange>;

/** Which calls are recorded, and how long their recordings are kept. */
@Injectable()
export class RecordingRules {
  constructor(
    private readonly changes: Changes,
    private readonly provisioning: Provisioning,
  ) {}

  async create(actor: Actor, fields: z.infer<typeof recordingRuleNew>): Promise<string> {
    const id = newId();
    this.demandKnown(actor, fields);
    await this.changes.apply(actor, { what: 'recording rule', action: 'created', id, fields }, async (tx) => {
      await tx.insert(RecordingRule, { id, companyId: actor.companyId, ...fields });
    });
    return id;
  }

  /** A retention that changes holds for the rule's earlier recordings too. */
  async change(actor: Actor, id: string, fields: Fields): Promise<void> {
    this.demandKnown(actor, fields);
    await this.changes.apply(actor, { what: 'recording rule', action: 'changed', id, fields }, async (tx) => {
      const { affected } = await tx.update(RecordingRule, id, fields);
      if (!affected) throw new NotFound('recording rule');
      if (fields.retentionDays !== undefined) await dateAnew(tx, id, fields.retentionDays);
    });
  }

  /** Its recordings keep the dates that it gave them. */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.changes.remove(actor, { what: 'recording rule', id }, RecordingRule);
  }

  private demandKnown({ companyId }: Actor, { companyNumberId, extensionId }: Fields): void {
    const { companyNumbers, extensions } = this.provisioning.snapshot;
    const number = [...companyNumbers.values()].find(({ id }) => id === companyNumberId);
    const errors: { field: string; message: string }[] = [];
    if (companyNumberId && number?.companyId !== companyId) {
      errors.push({ field: 'companyNumberId', message: 'is no company number of this company' });
    }
    if (extensionId && extensions.get(extensionId)?.companyId !== companyId) {
      errors.push({ field: 'extensionId', message: 'is no extension of this company' });
    }
    if (errors.length > 0) throw new InputError(errors);
  }
}

const dateAnew = (tx: EntityManager, ruleId: string, days: number | null): Promise<unknown> =>
  tx.query(
    `UPDATE recording SET retention_days = $2::int, delete_after = ended_at + make_interval(days => $2::int)
     WHERE rule_id = $1 AND state <> 'deleted'`,
    [ruleId, days],
  );
