import type { EntityManager } from 'typeorm';
import type { Person } from '../contracts/identity.js';

interface PersonRow {
  id: string;
  email: string;
  role: Person['role'];
  company_id: string;
  extension_id: string | null;
  number: string;
  name: string;
  supervises: string[];
}

/** @param rest of the statement, after the tables `u` (account) and `e` (extension) */
export async function readPeople(tx: EntityManager, rest: string, values: unknown[]): Promise<Person[]> {
  const rows: PersonRow[] = await tx.query(
    `SELECT u.id, u.email, u.role, u.company_id, e.id AS extension_id, e.number, e.name,
       ARRAY(SELECT group_id::text FROM supervisor_group s WHERE s.user_id = u.id ORDER BY group_id) AS supervises
       FROM user_account u LEFT JOIN extension e ON e.id = u.extension_id ${rest}`,
    values,
  );
  return rows.map((row) => ({
    id: row.id,
    email: row.email,
    role: row.role,
    companyId: row.company_id,
    extension:
      row.extension_id === null ? null : { id: row.extension_id, number: row.number, name: row.name },
    supervises: row.supervises,
  }));
}
