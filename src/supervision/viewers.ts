import { Injectable } from '@nestjs/common';
import type { Person } from '../contracts/identity.js';
import { Database } from '../database/database.js';
import { readPeople } from '../identity/people.query.js';
import type { Viewer } from './viewer.js';

/** How far each person may see. */
@Injectable()
export class Viewers {
  constructor(private readonly database: Database) {}

  async of(person: Person): Promise<Viewer> {
    return {
      companyId: person.companyId,
      role: person.role,
      extensionId: person.extension?.id ?? null,
      groupIds: person.role === 'supervisor' ? await this.groupsOf(person) : null,
    };
  }

  /** The person whose extension this is. */
  async personAt(companyId: string, extensionId: string): Promise<Person | undefined> {
    const [person] = await this.database.transaction(companyId, (tx) =>
      readPeople(tx, 'WHERE u.extension_id = $1 ORDER BY u.role, u.created_at', [extensionId]),
    );
    return person;
  }

  /** @returns null where a supervisor is set over no group of his own: the whole company's are his */
  private async groupsOf({ id, companyId }: Person): Promise<string[] | null> {
    const rows = await this.database.transaction(companyId, (tx) =>
      tx.query<{ groupId: string }[]>(
        'SELECT group_id AS "groupId" FROM supervisor_group WHERE user_id = $1',
        [id],
      ),
    );
    return rows.length === 0 ? null : rows.map(({ groupId }) => groupId);
  }
}
