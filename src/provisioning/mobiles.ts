import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../common/ids.js';
import { Sealer } from '../common/sealer.js';
import { Mobile } from './entities.js';
import { secretContext } from './secret-context.js';

/** Managers' mobiles, each number one row for as long as the company has it: proxy numbers are bound to the row. */
@Injectable()
export class Mobiles {
  constructor(private readonly sealer: Sealer) {}

  /**
   * Finds or makes the row of a number, in the caller's own transaction.
   * @param e164 a mobile's number
   */
  async idOf(tx: EntityManager, companyId: string, e164: string): Promise<string> {
    // One at a time: sealed numbers have no constraint that would keep two rows of one number apart.
    await tx.query('SELECT FROM company WHERE id = $1 FOR NO KEY UPDATE', [companyId]);
    for (const { id, numberSealed } of await tx.findBy(Mobile, { companyId })) {
      if (this.sealer.open(numberSealed, secretContext.mobile(id)) === e164) return id;
    }
    const id = newId();
    const numberSealed = this.sealer.seal(e164, secretContext.mobile(id));
    await tx.insert(Mobile, { id, companyId, numberSealed });
    return id;
  }
}
