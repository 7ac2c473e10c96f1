import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { ClientNote } from '../contracts/clients.js';
import type { Person } from '../contracts/identity.js';
import { Database } from '../database/database.js';
import { NotFound } from '../http/problem.js';
import { Ledger } from '../ledger/ledger.js';
import { ClientsQueries } from './clients.query.js';

const SELECT = `SELECT n.id, n.text, n.at, n.author_id, u.email
  FROM client_note n LEFT JOIN user_account u ON u.id = n.author_id`;
/** A client's page shows so many; nobody writes more about one. */
const MOST = 500;

/** What people wrote about clients. Whoever may see a client may see and write his notes. */
@Injectable()
export class ClientNotes {
  constructor(
    private readonly database: Database,
    private readonly clients: ClientsQueries,
    private readonly ledger: Ledger,
  ) {}

  /** The newest first. @throws NotFound also for a client that this person may not know of */
  async list(person: Person, clientId: string): Promise<{ items: ClientNote[] }> {
    await this.clients.get(person, clientId);
    const rows: NoteRow[] = await this.database.transaction(person.companyId, (tx) =>
      tx.query(
        `${SELECT} WHERE n.company_id = $1 AND n.client_id = $2 ORDER BY n.at DESC, n.id DESC LIMIT ${MOST}`,
        [person.companyId, clientId],
      ),
    );
    return { items: rows.map(viewOf) };
  }

  /** @throws NotFound */
  async write(person: Person, clientId: string, text: string): Promise<ClientNote> {
    await this.clients.get(person, clientId);
    const id = newId();
    return this.database.transaction(person.companyId, async (tx) => {
      await tx.query(
        `INSERT INTO client_note (id, company_id, client_id, author_id, text, at) VALUES ($1, $2, $3, $4, $5, $6)`,
        [id, person.companyId, clientId, person.id, text, new Date(clock.now())],
      );
      await this.enter(tx, person, clientId, { noteId: id });
      const [row]: NoteRow[] = await tx.query(`${SELECT} WHERE n.id = $1`, [id]);
      return viewOf(row as NoteRow);
    });
  }

  /** Takes one's own note back. @throws NotFound also for another's */
  async takeBack(person: Person, clientId: string, noteId: string): Promise<void> {
    await this.clients.get(person, clientId);
    await this.database.transaction(person.companyId, async (tx) => {
      const gone: unknown[] = await tx.query(
        `WITH gone AS (DELETE FROM client_note WHERE id = $1 AND client_id = $2 AND author_id = $3 RETURNING id)
         SELECT id FROM gone`,
        [noteId, clientId, person.id],
      );
      if (gone.length === 0) throw new NotFound('note of yours');
      await this.enter(tx, person, clientId, { noteId, takenBack: true });
    });
  }

  private async enter(
    tx: EntityManager,
    person: Person,
    clientId: string,
    data: { noteId: string; takenBack?: boolean },
  ): Promise<void> {
    await this.ledger.append(tx, {
      id: newId(),
      companyId: person.companyId,
      kind: 'client.noted',
      at: clock.iso(),
      actor: `user:${person.id}`,
      clientId,
      data,
    });
  }
}

interface NoteRow {
  id: string;
  text: string;
  at: Date;
  author_id: string | null;
  email: string;
}

const viewOf = ({ id, text, at, author_id, email }: NoteRow): ClientNote => ({
  id,
  text,
  at: at.toISOString(),
  author: author_id === null ? null : { id: author_id, email },
});
