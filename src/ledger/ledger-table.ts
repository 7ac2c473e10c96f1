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

const COLUMNS = [
  'company_id',
  'seq',
  'entry_id',
  'at',
  'kind',
  'call_id',
  'client_id',
  'actor',
  'payload',
  'leaf_hash',
  'root_hash',
];

/**
 * Appends to one company's ledger. The head row's lock makes `seq` gapless and the tree one; it is taken last in a
 * transaction and held to its commit, so keep nothing but the commit behind this call.
 */
export async function appendEntries(
  tx: EntityManager,
  companyId: string,
  prepared: readonly PreparedEntry[],
): Promise<void> {
  let tree = await lockHead(tx, companyId);
  const values: unknown[] = [];
  for (const { write, payload, clientId } of prepared) {
    const entry: Entry = {
      companyId,
      seq: tree.size,
      id: write.id,
      at: write.at,
      kind: write.kind,
      callId: write.callId ?? null,
      clientId: clientId ?? write.clientId ?? null,
      actor: write.actor,
      payload,
    };
    const leaf = leafOf(entry);
    tree = append(tree, leaf);
    values.push(
      companyId,
      entry.seq,
      entry.id,
      entry.at,
      entry.kind,
      entry.callId,
      entry.clientId,
      entry.actor,
      canonical(payload),
      leaf,
      rootOf(tree),
    );
  }
  const first = 4; // parameters 1 to 4 are the head's
  const rows = prepared.map((_, row) => {
    const places = COLUMNS.map((__, column) => `$${first + row * COLUMNS.length + column + 1}`);
    return `(${places.join(', ')})`;
  });
  await tx.query(
    `WITH head AS (UPDATE ledger_head SET size = $2, root_hash = $3, frontier = $4 WHERE company_id = $1)
     INSERT INTO ledger_entry (${COLUMNS.join(', ')}) VALUES ${rows.join(', ')}`,
    [companyId, tree.size, rootOf(tree), tree.roots, ...values],
  );
}

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
