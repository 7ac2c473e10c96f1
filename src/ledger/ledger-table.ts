import type { EntityManager } from 'typeorm';
import { canonical, leafOf, type Entry } from './leaf.js';
import type { JsonObject, LedgerWrite } from './ledger-write.js';
import { append, EMPTY_FRONTIER, EMPTY_ROOT, rootOf, type Frontier } from './merkle.js';

/** A write that its projections have seen, ready to become an entry. */
export interface PreparedEntry {
  write: LedgerWrite;
  payload: JsonObject;
  clientId?: string;
}

/** Columns of an entry and their types, in the order of rowOf(). */
const COLUMNS = {
  company_id: 'uuid',
  seq: 'bigint',
  entry_id: 'uuid',
  at: 'timestamptz',
  kind: 'text',
  call_id: 'uuid',
  client_id: 'uuid',
  actor: 'text',
  payload: 'jsonb',
  leaf_hash: 'bytea',
  root_hash: 'bytea',
};
const TYPES = Object.values(COLUMNS);

/** Appends to the companies' ledgers. */
export class LedgerTable {
  /** As they were when this process last committed: right unless another one has written since. */
  private readonly heads = new Map<string, Frontier>();

  /** Where the company's ledger was seen to end. */
  remember(companyId: string, head: Frontier): void {
    this.heads.set(companyId, head);
  }

  /**
   * Appends to one company's ledger. The head row's lock makes `seq` gapless and the tree one; it is taken last in a
   * transaction and held to its commit, so keep nothing but the commit behind this call.
   * @returns the ledger's new end, to be remembered after the commit
   */
  async append(tx: EntityManager, companyId: string, prepared: readonly PreparedEntry[]): Promise<Frontier> {
    const known = this.heads.get(companyId);
    const head = known && (await appendBehind(tx, companyId, known, prepared));
    if (head) return head;
    const locked = await lockHead(tx, companyId);
    return (await appendBehind(tx, companyId, locked, prepared)) as Frontier;
  }
}

/** @returns undefined where the ledger does not end there any more, and nothing was appended */
async function appendBehind(
  tx: EntityManager,
  companyId: string,
  head: Frontier,
  prepared: readonly PreparedEntry[],
): Promise<Frontier | undefined> {
  let tree = head;
  const values: unknown[] = [];
  for (const one of prepared) {
    const entry = entryOf(companyId, tree.size, one);
    const leaf = leafOf(entry);
    tree = append(tree, leaf);
    values.push(...rowOf(entry), leaf, rootOf(tree));
  }
  const headValues = [companyId, tree.size, rootOf(tree), tree.roots, rootOf(head)];
  const rows = prepared.map((_, row) => {
    const first = headValues.length + row * TYPES.length + 1;
    return `(${TYPES.map((type, column) => `$${first + column}::${type}`).join(', ')})`;
  });
  const appended = await tx.query<unknown[]>(
    `WITH head AS (
       UPDATE ledger_head SET size = $2, root_hash = $3, frontier = $4
       WHERE company_id = $1 AND root_hash = $5 RETURNING size
     )
     INSERT INTO ledger_entry (${Object.keys(COLUMNS).join(', ')})
     SELECT entry.* FROM head, (VALUES ${rows.join(', ')}) AS entry RETURNING seq`,
    [...headValues, ...values],
  );
  return appended.length > 0 ? tree : undefined;
}

const entryOf = (companyId: string, seq: number, { write, payload, clientId }: PreparedEntry): Entry => ({
  companyId,
  seq,
  id: write.id,
  at: write.at,
  kind: write.kind,
  callId: write.callId ?? null,
  clientId: clientId ?? write.clientId ?? null,
  actor: write.actor,
  payload,
});

const rowOf = (entry: Entry): unknown[] => [
  entry.companyId,
  entry.seq,
  entry.id,
  entry.at,
  entry.kind,
  entry.callId,
  entry.clientId,
  entry.actor,
  canonical(entry.payload),
];

async function lockHead(tx: EntityManager, companyId: string): Promise<Frontier> {
  const read = () =>
    tx.query<{ size: string; frontier: Buffer[] }[]>(
      'SELECT size, frontier FROM ledger_head WHERE company_id = $1 FOR UPDATE',
      [companyId],
    );
  let [head] = await read();
  if (!head) {
    await tx.query(
      'INSERT INTO ledger_head (company_id, size, root_hash) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING',
      [companyId, EMPTY_ROOT],
    );
    [head] = await read();
  }
  return head ? { size: Number(head.size), roots: head.frontier } : EMPTY_FRONTIER;
}

/** Those of the entries that the ledger has already. */
export async function writtenOf(tx: EntityManager, companyId: string, ids: string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }[]>(
    'SELECT entry_id AS id FROM ledger_entry WHERE company_id = $1 AND entry_id = ANY($2::uuid[])',
    [companyId, ids],
  );
  return new Set(rows.map(({ id }) => id));
}
