import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { ClientAnswer, ClientChange, ClientsQuery } from '../contracts/clients.js';
import type { Person } from '../contracts/identity.js';
import type { Page } from '../contracts/page.js';
import { Database } from '../database/database.js';
import { exactTime, pageFrom, readCursor } from '../http/cursor.js';
import { InputError, NotFound } from '../http/problem.js';
import { Where } from '../http/where.js';
import { KNOWN, narrowedTo } from '../identity/scope.js';
import { Ledger } from '../ledger/ledger.js';
import { Provisioning } from '../provisioning/provisioning.js';

const SELECT = `SELECT cl.id, cl.code, cl.name, e.number, e.name AS extension_name, cl.created_at,
    ${exactTime('cl.created_at')} AS position
  FROM client cl LEFT JOIN extension e ON e.id = cl.assigned_extension_id`;

/** Clients as people may read and change them. Nothing here touches a client's number. */
@Injectable()
export class ClientsQueries {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly provisioning: Provisioning,
  ) {}

  /** The newest first. */
  async list(person: Person, query: ClientsQuery): Promise<Page<ClientAnswer>> {
    const where = new Where()
      .and('cl.company_id = ?', person.companyId)
      .and(KNOWN, narrowedTo(person))
      .and('cl.code = ?', query.code)
      .and("cl.name ILIKE '%' || ? || '%' OR cl.code LIKE ? || '%'", likeText(query.search))
      .andAll('(cl.created_at, cl.id) < (?::timestamptz, ?::uuid)', readCursor(query.cursor, 'time'));
    const limit = where.place(query.limit + 1);
    const rows: ClientRow[] = await this.database.transaction(person.companyId, (tx) =>
      tx.query(
        `${SELECT} WHERE ${where} ORDER BY cl.created_at DESC, cl.id DESC LIMIT ${limit}`,
        where.values,
      ),
    );
    return pageFrom(rows, query.limit, (row) => [row.position, row.id], viewOf);
  }

  /** @throws NotFound also for a client that this person may not know of */
  async get(person: Person, id: string): Promise<ClientAnswer> {
    return this.database.transaction(person.companyId, (tx) => one(tx, person, id));
  }

  /** @throws NotFound; InputError where there is no such extension */
  async change(person: Person, id: string, change: ClientChange): Promise<ClientAnswer> {
    const { assignedExtension, name } = change;
    const assignedId = assignedExtension && this.extensionId(person, assignedExtension);
    return this.database.transaction(person.companyId, async (tx) => {
      await one(tx, person, id);
      await tx.query(
        `UPDATE client SET name = CASE WHEN $2 THEN $3 ELSE name END,
           assigned_extension_id = CASE WHEN $4 THEN $5::uuid ELSE assigned_extension_id END WHERE id = $1`,
        [id, name !== undefined, name ?? null, assignedExtension !== undefined, assignedId ?? null],
      );
      await this.ledger.append(tx, {
        id: newId(),
        companyId: person.companyId,
        kind: 'client.changed',
        at: clock.iso(),
        actor: `user:${person.id}`,
        clientId: id,
        data: { ...change },
      });
      return one(tx, person, id);
    });
  }

  private extensionId(person: Person, number: string): string {
    const extension = this.provisioning.snapshot.extensionByNumber(person.companyId, number);
    if (extension) return extension.id;
    throw new InputError([{ field: 'assignedExtension', message: 'is no extension’s number' }]);
  }
}

async function one(tx: EntityManager, person: Person, id: string): Promise<ClientAnswer> {
  const where = new Where()
    .and('cl.company_id = ?', person.companyId)
    .and('cl.id = ?', id)
    .and(KNOWN, narrowedTo(person));
  const [row]: ClientRow[] = await tx.query(`${SELECT} WHERE ${where}`, where.values);
  if (!row) throw new NotFound('client');
  return viewOf(row);
}

interface ClientRow {
  id: string;
  code: string;
  name: string | null;
  number: string | null;
  extension_name: string;
  created_at: Date;
  position: string;
}

const viewOf = (row: ClientRow): ClientAnswer => ({
  id: row.id,
  code: row.code,
  name: row.name,
  assignedExtension: row.number === null ? null : { number: row.number, name: row.extension_name },
  createdAt: row.created_at.toISOString(),
});

/** A text that LIKE takes as it stands (PostgreSQL manual §9.7.1). */
const likeText = (text: string | undefined): string | undefined =>
  text === undefined || text === '' ? undefined : text.replace(/[\\%_]/g, '\\$&');
