import { Injectable } from '@nestjs/common';
import type { Person } from '../contracts/identity.js';
import type { LedgerEntryView, LedgerQuery } from '../contracts/ledger.js';
import type { Page } from '../contracts/page.js';
import { Database } from '../database/database.js';
import { pageFrom, readCursor } from '../http/cursor.js';
import { Where } from '../http/where.js';

const ORDER = { newest: { past: '<', sort: 'DESC' }, oldest: { past: '>', sort: 'ASC' } } as const;

/** The ledger as administrators read it. */
@Injectable()
export class LedgerQueries {
  constructor(private readonly database: Database) {}

  async list(person: Person, query: LedgerQuery): Promise<Page<LedgerEntryView>> {
    const { past, sort } = ORDER[query.order];
    const where = new Where()
      .and('company_id = ?', person.companyId)
      .and('kind = ?', query.kind)
      .and('call_id = ?', query.callId)
      .and('client_id = ?', query.clientId)
      .and('actor = ?', query.actor)
      .and('at >= ?', query.from)
      .and('at < ?', query.to)
      .and(`seq ${past} ?::bigint`, readCursor(query.cursor, 'count')?.[0]);
    const limit = where.place(query.limit + 1);
    const rows: EntryRow[] = await this.database.transaction(person.companyId, (tx) =>
      tx.query(
        `SELECT seq, entry_id, at, kind, call_id, client_id, actor, payload,
            encode(leaf_hash, 'hex') AS leaf_hash, encode(root_hash, 'hex') AS root_hash
           FROM ledger_entry WHERE ${where} ORDER BY seq ${sort} LIMIT ${limit}`,
        where.values,
      ),
    );
    return pageFrom(rows, query.limit, (row) => [row.seq, ''], viewOf);
  }
}

interface EntryRow {
  /** bigint: a string in JavaScript. */
  seq: string;
  entry_id: string;
  at: Date;
  kind: string;
  call_id: string | null;
  client_id: string | null;
  actor: string;
  payload: LedgerEntryView['payload'];
  leaf_hash: string;
  root_hash: string;
}

const viewOf = (row: EntryRow): LedgerEntryView => ({
  seq: Number(row.seq),
  id: row.entry_id,
  at: row.at.toISOString(),
  kind: row.kind,
  callId: row.call_id,
  clientId: row.client_id,
  actor: row.actor,
  payload: row.payload,
  leafHash: row.leaf_hash,
  rootHash: row.root_hash,
});
