import { jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientDirectory } from '../../src/clients/client-directory.js';
import { isClientCode } from '../../src/clients/client-code.js';
import { NumberVault } from '../../src/clients/number-vault.js';
import { DataKeyFile } from '../../src/common/data-key-file.js';
import { newId } from '../../src/common/ids.js';
import { PhoneNumber } from '../../src/common/phone-number.js';
import { DataKeys } from '../../src/database/data-keys.js';
import { openLedger, type TestLedger } from '../support/ledger.js';

jest.setTimeout(60_000);

const numberOf = (n: number): PhoneNumber => PhoneNumber.fromE164(`+7916${String(n).padStart(7, '0')}`);

describe('clients', () => {
  let folder: string;
  let ledger: TestLedger;
  let vault: NumberVault;
  let companyId: string;
  let companyNumberId: string;
  let directory: ClientDirectory;

  const call = (n: number, company = companyId) =>
    ledger.database.transaction(company, (tx) =>
      directory.findOrCreate(tx, company, { ...vault.protect(numberOf(n)), companyNumberId }),
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linekeeper-clients-'));
    ledger = await openLedger(folder);
    const keys = await DataKeys.open(ledger.database, new DataKeyFile({ DATA_DIR: folder }));
    vault = new NumberVault(keys.sealer, ledger.database, ledger.ledger);
    directory = new ClientDirectory(vault, keys);
  });
  beforeEach(async () => {
    companyId = await ledger.company();
    companyNumberId = newId();
    await ledger.sql.query(
      `INSERT INTO company_number (id, company_id, number, name) VALUES ($1, $2, $3, 'x')`,
      [
        companyNumberId,
        companyId,
        `+7495${String(Math.trunc(performance.now() * 1000) % 10_000_000).padStart(7, '0')}`,
      ],
    );
  });
  afterAll(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are made at their first call and found at the next', async () => {
    const first = await call(1);
    expect(first).toMatchObject({ isNew: true, name: null, assignedExtensionId: null });
    expect(isClientCode(first.code)).toBe(true);
    expect(await call(1)).toEqual({ ...first, isNew: false });
  });

  it('are one client, however many first calls come at once', async () => {
    const views = await Promise.all(Array.from({ length: 20 }, () => call(2)));
    expect(new Set(views.map(({ id }) => id)).size).toBe(1);
    expect(views.filter(({ isNew }) => isNew)).toHaveLength(1);
  });

  it('have codes of their own, under concurrency and when most short codes are taken', async () => {
    // All codes of five digits but a few: what is left of them is found, or the code grows.
    await ledger.sql.query(
      `INSERT INTO client (id, company_id, code, number_hash, number_sealed)
       SELECT gen_random_uuid(), $1, code::text, code::text::bytea, '' FROM generate_series(10000, 99990) AS code`,
      [companyId],
    );
    const views = await Promise.all(Array.from({ length: 30 }, (_, n) => call(100 + n)));
    const codes = views.map(({ code }) => code);
    expect(new Set(codes).size).toBe(30);
    expect(codes.every(isClientCode)).toBe(true);
    expect(codes.some((code) => code.length === 6)).toBe(true);
  });

  it('of two companies are two clients', async () => {
    const other = await ledger.company();
    const [mine, theirs] = [await call(3), await call(3, other)];
    expect(theirs.id).not.toBe(mine.id);
  });

  it('are stored without their number', async () => {
    const { id } = await call(4);
    const [row] = await ledger.sql.query('SELECT client::text AS text FROM client WHERE id = $1', [id]);
    expect(String(row?.['text'])).not.toContain('9160000004');
  });

  it('are opened for dialling without an entry of their own: the call has one', async () => {
    const { id } = await call(6);
    const number = await ledger.database.transaction(companyId, (tx) => vault.openForDialling(tx, id));
    expect(number.reveal()).toBe('+79160000006');
    expect(
      await ledger.sql.query('SELECT kind FROM ledger_entry WHERE company_id = $1', [companyId]),
    ).toEqual([]);
  });

  it('of another company are unknown to the vault', async () => {
    const { id } = await call(5);
    const other = await ledger.company();
    await expect(
      ledger.database.transaction(other, (tx) => vault.openForDialling(tx, id)),
    ).rejects.toMatchObject({ code: 'unknown-client' });
  });
});
