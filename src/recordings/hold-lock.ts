import type { EntityManager } from 'typeorm';

/** The first half of the advisory lock's number; the second is made of the company's id. */
const HOLDS = 0x4c_4b_68_6f;

/** Until the transaction's end, holds of the company are placed and recordings deleted one after the other. */
export async function lockHolds(tx: EntityManager, companyId: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [HOLDS, companyId]);
}
