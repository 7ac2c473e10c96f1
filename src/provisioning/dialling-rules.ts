import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import type { diallingRulesChange, diallingRulesSeed } from '../contracts/provisioning.js';
import { InputError } from '../http/problem.js';
import { Changes, type Actor } from './changes.js';
import { usualRules, type DiallingRulesConfig } from './config.js';
import { DiallingRules } from './entities.js';
import { Provisioning } from './provisioning.js';

/** Whom a company's extensions may call, and how often. */
@Injectable()
export class DiallingRulesStore {
  constructor(
    private readonly changes: Changes,
    private readonly provisioning: Provisioning,
  ) {}

  async change(actor: Actor, fields: z.infer<typeof diallingRulesChange>): Promise<void> {
    this.demandNumber(actor, fields.defaultNumberId);
    const { companyId } = actor;
    const change = { what: 'dialling rules', action: 'changed', id: companyId, fields } as const;
    await this.changes.apply(actor, change, async (tx) => {
      const known = await tx.findOneBy(DiallingRules, { companyId });
      await tx.save(DiallingRules, {
        ...(known ?? rowOf(this.provisioning.snapshot.diallingRulesOf(companyId))),
        ...fields,
      });
    });
  }

  /** A new company's, in the caller's own transaction. */
  async seed(
    tx: EntityManager,
    actor: Actor,
    country: string,
    fields: z.infer<typeof diallingRulesSeed>,
  ): Promise<void> {
    const { companyId } = actor;
    await tx.insert(DiallingRules, { ...rowOf(usualRules(companyId, country)), ...fields });
    await this.changes.write(tx, actor, { what: 'dialling rules', action: 'created', id: companyId, fields });
  }

  private demandNumber(actor: Actor, numberId: string | null | undefined): void {
    if (!numberId) return;
    const own = [...this.provisioning.snapshot.companyNumbers.values()].find(({ id }) => id === numberId);
    if (own?.companyId === actor.companyId && !own.isProxy) return;
    throw new InputError([{ field: 'defaultNumberId', message: 'is no number of this company for clients' }]);
  }
}

const rowOf = (rules: DiallingRulesConfig): DiallingRules => ({
  ...rules,
  allowedCountries: [...rules.allowedCountries],
  allowedPrefixes: [...rules.allowedPrefixes],
  emergencyNumbers: [...rules.emergencyNumbers],
});
