import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlPlanes } from '../../src/calls/control-planes.js';
import { DialLedger } from '../../src/calls/dial-ledger.js';
import { LiveCall } from '../../src/calls/live-call.js';
import { ProxyLeases, type MobileExtension } from '../../src/calls/proxy-leases.js';
import { SealedDialogs } from '../../src/calls/sealed-dialogs.js';
import { AppError } from '../../src/common/app-error.js';
import { DataKeyFile } from '../../src/common/data-key-file.js';
import { readSettings } from '../../src/common/env.js';
import { newId } from '../../src/common/ids.js';
import { PhoneNumber } from '../../src/common/phone-number.js';
import { DataKeys } from '../../src/database/data-keys.js';
import { Database } from '../../src/database/database.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { CompanyNumberConfig } from '../../src/provisioning/config.js';
import { Provisioning } from '../../src/provisioning/provisioning.js';
import { secretContext } from '../../src/provisioning/secret-context.js';
import type { TestDatabase } from './database.js';
import { ledgerOn, newCompany } from './ledger.js';

const DATA_KEY = Buffer.alloc(32, 7).toString('base64');

/** What of a control plane decides on calls to clients: who may make one, and what a mobile is shown for it. */
export class DiallingPlane {
  private constructor(
    private readonly folder: string,
    private readonly database: Database,
    private readonly ledger: Ledger,
    readonly keys: DataKeys,
    readonly provisioning: Provisioning,
    readonly leases: ProxyLeases,
    private readonly dialLedger: DialLedger,
  ) {}

  /** @param sql which other planes share */
  static async open(sql: TestDatabase): Promise<DiallingPlane> {
    const folder = mkdtempSync(join(tmpdir(), 'linekeeper-dialling-'));
    const settings = readSettings({ DATABASE_URL: sql.url, DATA_DIR: folder, DATA_KEY });
    const database = await Database.open(sql.url);
    const ledger = await ledgerOn(database, folder, 5000);
    const keys = await DataKeys.open(database, new DataKeyFile(settings));
    const provisioning = new Provisioning(database, keys.sealer);
    const dialLedger = new DialLedger(
      ledger,
      provisioning,
      new ControlPlanes(settings, database, keys, ledger),
      new SealedDialogs(keys.sealer),
    );
    ledger.onApplicationBootstrap();
    const leases = new ProxyLeases(database, ledger, provisioning);
    return new DiallingPlane(folder, database, ledger, keys, provisioning, leases, dialLedger);
  }

  /** @returns why the call is refused; else its id */
  async dial(extension: MobileExtension, clientId: string): Promise<{ refused: string } | { id: string }> {
    const { companyId, id } = extension;
    const call = new LiveCall({ companyId, direction: 'outbound', fromExtensionId: id });
    try {
      await this.dialLedger.dialled(call, { extension, clientId, by: 'code', callerTrace: null });
      return { id: call.id };
    } catch (error) {
      if (error instanceof AppError) return { refused: error.code };
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.ledger.onApplicationShutdown();
    await this.database.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A company of its own, as control planes know it. */
export interface DiallingCompany {
  id: string;
  /** Each with a mobile. */
  extensions: MobileExtension[];
  clients: string[];
  /** Proxy numbers, the first of the pool first. */
  pool: CompanyNumberConfig[];
}

let numbers = 0;

/** @param counts of each kind of row */
export async function diallingCompany(
  sql: TestDatabase,
  { keys, provisioning }: DiallingPlane,
  counts: { extensions: number; clients: number; pool: number },
): Promise<DiallingCompany> {
  const companyId = await newCompany(sql);
  const many = <T>(count: number, make: (n: number) => Promise<T>) =>
    Array.from({ length: count }).reduce<Promise<T[]>>(
      async (made, _, n) => [...(await made), await make(n)],
      Promise.resolve([]),
    );
  await many(counts.extensions, async (n) => {
    const [extension, mobile] = [newId(), newId()];
    const sealed = (text: string, context: string) => keys.sealer.seal(text, context);
    await sql.query('INSERT INTO mobile (id, company_id, number_sealed) VALUES ($1, $2, $3)', [
      mobile,
      companyId,
      sealed(
        PhoneNumber.fromE164(`+7903555${String(n).padStart(4, '0')}`).reveal(),
        secretContext.mobile(mobile),
      ),
    ]);
    await sql.query(
      `INSERT INTO extension (id, company_id, number, name, sip_password_sealed, mobile_id)
       VALUES ($1, $2, $3, 'x', $4, $5)`,
      [extension, companyId, `10${n}`, sealed('secret', secretContext.extension(extension)), mobile],
    );
  });
  const clients = await many(counts.clients, async (n) => {
    const id = newId();
    await sql.query(
      `INSERT INTO client (id, company_id, code, number_hash, number_sealed) VALUES ($1, $2, $3, $4, '')`,
      [id, companyId, String(10_000 + n), Buffer.from(id)],
    );
    return id;
  });
  await many(counts.pool, async (n) => {
    await sql.query(
      `INSERT INTO company_number (id, company_id, number, name, is_proxy, created_at)
       VALUES ($1, $2, $3, 'Pool', true, now() + make_interval(secs => $4))`,
      [newId(), companyId, `+7495${String((numbers += 1)).padStart(7, '0')}`, n],
    );
  });
  await provisioning.reload();
  const { extensions, companyNumbers } = provisioning.snapshot;
  return {
    id: companyId,
    extensions: [...extensions.values()].filter(
      (one): one is MobileExtension => one.companyId === companyId && one.mobile !== null,
    ),
    clients,
    pool: [...companyNumbers.values()].filter((one) => one.companyId === companyId),
  };
}
