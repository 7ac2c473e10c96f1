import type { EntityManager } from 'typeorm';
import type { Person } from '../contracts/identity.js';
import { Where } from '../http/where.js';
import { KNOWN, narrowedTo } from '../identity/scope.js';

/** Whether there is such a client, and the person may know of him. */
export async function knows(tx: EntityManager, person: Person, clientId: string): Promise<boolean> {
  const where = new Where().and('cl.id = ?', clientId).and(KNOWN, narrowedTo(person));
  const [known] = await tx.query<object[]>(`SELECT FROM client cl WHERE ${where}`, where.values);
  return known !== undefined;
}
