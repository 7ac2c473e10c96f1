import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ClientDirectory, type ClientView } from '../../src/clients/client-directory.js';
import { NumberVault } from '../../src/clients/number-vault.js';
import { DataKeyFile } from '../../src/common/data-key-file.js';
import { newId } from '../../src/common/ids.js';
import { PhoneNumber } from '../../src/common/phone-number.js';
import { DataKeys } from '../../src/database/data-keys.js';
import type { TestLedger } from './ledger.js';

/** What of a control plane has to do with data keys: its key file, its beat, and clients' first calls. */
export class KeyPlane {
  private readonly id = newId();
  private beating: Promise<void> | undefined;
  private stopped = false;

  private constructor(
    private readonly ledger: TestLedger,
    readonly folder: string,
    readonly file: DataKeyFile,
    readonly keys: DataKeys,
    readonly vault: NumberVault,
    readonly directory: ClientDirectory,
  ) {}

  /** @param key of DATA_KEY; without it, one is made */
  static async open(ledger: TestLedger, key?: Buffer): Promise<KeyPlane> {
    const folder = mkdtempSync(join(tmpdir(), 'linekeeper-plane-'));
    const file = new DataKeyFile({ DATA_DIR: folder, ...(key && { DATA_KEY: key.toString('base64') }) });
    const keys = await DataKeys.open(ledger.database, file);
    const vault = new NumberVault(keys.sealer, ledger.database, ledger.ledger);
    return new KeyPlane(ledger, folder, file, keys, vault, new ClientDirectory(vault, keys));
  }

  /** Hears of changed keys `lagMs` late, and says in its row what it knows. */
  beat(lagMs: number): void {
    this.stopped = false;
    this.beating = (async () => {
      while (!this.stopped) {
        await this.keys.follow();
        await this.ledger.sql.query(
          `INSERT INTO control_plane (id, beat, knows_key, seals_with_key) VALUES ($1, now(), $2, $3)
           ON CONFLICT (id) DO UPDATE SET beat = now(), knows_key = $2, seals_with_key = $3`,
          [this.id, this.keys.knows, this.keys.sealing.keyId],
        );
        await pause(lagMs);
      }
    })();
  }

  /** As if the machine were gone: neither heard nor waited for. */
  async vanish(): Promise<void> {
    this.stopped = true;
    await this.beating;
    await this.ledger.sql.query('DELETE FROM control_plane WHERE id = $1', [this.id]);
  }

  /** A call of +7916 and these seven digits. */
  call(companyId: string, companyNumberId: string, n: number): Promise<ClientView> {
    const number = this.vault.protect(PhoneNumber.fromE164(`+7916${String(n).padStart(7, '0')}`));
    return this.apply(companyId, { ...number, companyNumberId });
  }

  apply(companyId: string, caller: { sealed: Buffer; companyNumberId: string }): Promise<ClientView> {
    return this.ledger.database.transaction(companyId, (tx) =>
      this.directory.findOrCreate(tx, companyId, caller),
    );
  }

  async close(): Promise<void> {
    await this.vanish();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
