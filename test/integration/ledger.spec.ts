import { jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { newId } from '../../src/common/ids.js';
import { leafOf, type Entry } from '../../src/ledger/leaf.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { treeHash } from '../../src/ledger/merkle.js';
import { ledgerOn, openLedger, write, type TestLedger } from '../support/ledger.js';

jest.setTimeout(60_000);

/** Entries of a company as a verifier reads them. */
async function entriesOf(
  ledger: TestLedger,
  companyId: string,
): Promise<(Entry & { leaf: Buffer; root: Buffer })[]> {
  return ledger.sql.query<Entry & { leaf: Buffer; root: Buffer }>(
    `SELECT company_id AS "companyId", seq::int, entry_id AS id, kind, call_id AS "callId", client_id AS "clientId",
            to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, actor, payload,
            leaf_hash AS leaf, root_hash AS root
     FROM ledger_entry WHERE company_id = $1 ORDER BY seq`,
    [companyId],
  );
}

describe('the ledger', () => {
  let folder: string;
  let ledger: TestLedger;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linekeeper-ledger-'));
    ledger = await openLedger(folder);
  });
  afterAll(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('stays gapless, and one Merkle tree, under 50 writers at once', async () => {
    const companyId = await ledger.company();
    await Promise.all(
      Array.from({ length: 50 }, async (_, writer) => {
        for (let round = 0; round < 4; round += 1) {
          const { where } = await ledger.ledger.write(write(companyId, { data: { writer, round } }));
          expect(where).toBe('database');
        }
      }),
    );
    const entries = await entriesOf(ledger, companyId);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, seq) => seq));
    const leaves = entries.map(({ leaf }) => leaf);
    for (const { leaf, root, ...entry } of entries) {
      expect(leafOf(entry)).toEqual(leaf);
      if (entry.seq % 37 === 0 || entry.seq === 199)
        expect(root).toEqual(treeHash(leaves.slice(0, entry.seq + 1)));
    }
    const [head] = await ledger.sql.query(
      'SELECT size::int, root_hash FROM ledger_head WHERE company_id = $1',
      [companyId],
    );
    expect(head).toEqual({ size: 200, root_hash: treeHash(leaves) });
  });

  it('stays one tree under two control planes, and when one entry comes with what follows from it', async () => {
    const companyId = await ledger.company();
    const other = await ledgerOn(ledger.database, mkdtempSync(join(folder, 'other-')), 5000);
    other.project('call.ended', async () => ({
      payload: { shown: true },
      result: { answer: 1 },
      also: [write(companyId, { kind: 'follow-up.opened' })],
    }));
    const both = [ledger.ledger, other];
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => (both[n % 2] as Ledger).write(write(companyId, { data: { n } }))),
    );
    for (let n = 0; n < 6; n += 1) await (both[n % 2] as Ledger).write(write(companyId, { data: { n } }));
    const ended = write(companyId, { kind: 'call.ended', data: { hidden: true } });
    expect(await other.write(ended)).toEqual({ where: 'database', result: { answer: 1 } });
    await other.onApplicationShutdown();
    const entries = await entriesOf(ledger, companyId);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 48 }, (_, seq) => seq));
    expect(entries.slice(-2).map(({ kind, payload }) => ({ kind, payload }))).toEqual([
      { kind: 'call.ended', payload: { shown: true } },
      { kind: 'follow-up.opened', payload: {} },
    ]);
    expect(entries.at(-1)?.root).toEqual(treeHash(entries.map(({ leaf }) => leaf)));
  });

  it('writes an entry with the rows of the same transaction, or neither', async () => {
    const companyId = await ledger.company();
    const begun = ledger.database.transaction(companyId, async (tx) => {
      await ledger.ledger.append(tx, write(companyId));
      throw new Error('rolled back');
    });
    await expect(begun).rejects.toThrow('rolled back');
    await ledger.database.transaction(companyId, async (tx) => {
      await ledger.ledger.append(tx, write(companyId, { kind: 'provisioning.changed' }));
      await ledger.ledger.append(tx, write(companyId, { kind: 'client.changed' }));
    });
    const kinds = (await entriesOf(ledger, companyId)).map(({ kind }) => kind);
    expect(kinds).toEqual(['provisioning.changed', 'client.changed']);
  });

  it('is kept from nobody by a transaction that runs out of time just before its entry', async () => {
    const companyId = await ledger.company();
    let goesOn: Promise<void> | undefined;
    const late = ledger.database.transaction(
      companyId,
      async (tx) => {
        await ledger.ledger.append(tx, write(companyId));
        goesOn = setTimeout(150);
        await goesOn;
      },
      { timeoutMs: 50 },
    );
    await expect(late).rejects.toMatchObject({ code: 'database-slow' });
    await goesOn;
    expect((await ledger.ledger.write(write(companyId))).where).toBe('database');
    expect(await entriesOf(ledger, companyId)).toHaveLength(1);
  });

  it('keeps what a verifier needs whatever the content', async () => {
    const companyId = await ledger.company();
    const data = {
      text: 'ünï ☎ \u0000 \ud800 "quoted" \\ \u2028',
      numbers: [0, -0, 1e21, 1e-7, 0.1, 123456789012, 5e-324],
      nested: { z: null, a: [true, { b: '' }] },
    };
    await ledger.ledger.write(write(companyId, { data, callId: newId(), clientId: newId() }));
    const [{ leaf, root, ...entry }] = (await entriesOf(ledger, companyId)) as [
      Entry & { leaf: Buffer; root: Buffer },
    ];
    expect(leafOf(entry)).toEqual(leaf);
    expect(root).toEqual(leaf);
  });
});
