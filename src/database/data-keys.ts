import type { EntityManager } from 'typeorm';
import { AppError, messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import type { DataKeyFile } from '../common/data-key-file.js';
import { log } from '../common/log.js';
import { fingerprintOf, Sealer, type KeyRole, type RingKey } from '../common/sealer.js';
import type { Database } from './database.js';

interface KeyRow {
  id: number;
  fingerprint: Buffer;
  state: KeyRole;
  handedOver: Buffer | null;
}

/** What a new key is sealed under, while it is handed over in the database. */
export const handOverContext = (id: number): string => `data-key:${id}`;

/**
 * Which data keys there are and what each is for: the database says it (by fingerprint), the key file has them. A new
 * key comes sealed with the one before it, and is kept in the file.
 */
export class DataKeys {
  /** Which key has been known and kept since when; sealing: which seals, since when (ms, monotonic). */
  private known = { keyId: 0, sealingId: 0, sealingSince: 0 };

  private constructor(
    private readonly database: Database,
    private readonly file: DataKeyFile,
    readonly sealer: Sealer,
  ) {}

  /** @throws AppError data-key where the key that is in use here is not among the given ones */
  static async open(database: Database, file: DataKeyFile): Promise<DataKeys> {
    const [first] = file.read();
    const keys = new DataKeys(database, file, new Sealer(first as Buffer));
    await keys.refresh();
    return keys;
  }

  /** The newest key that is known here and kept: what it seals can be opened here, now and after a restart. */
  get knows(): number {
    return this.known.keyId;
  }

  /** Which key seals here, and for how many ms it has. */
  get sealing(): { keyId: number; forMs: number } {
    return { keyId: this.known.sealingId, forMs: clock.monotonic() - this.known.sealingSince };
  }

  /**
   * Reads which keys there are, and takes over those that are handed over.
   * @param tx of the caller, or a transaction of its own
   * @throws AppError data-key where the key that seals is not known here
   */
  async refresh(tx?: EntityManager): Promise<void> {
    const rows = await (tx
      ? readRows(tx, this.own())
      : this.database.transaction('*', (own) => readRows(own, this.own())));
    const given = this.file.read();
    const ring: RingKey[] = [];
    for (const { id, fingerprint, state } of rows) {
      const key = given.find((one) => fingerprintOf(one).equals(fingerprint));
      if (key) ring.push({ id, key, role: state });
    }
    for (const row of rows) {
      const key = ring.some(({ id }) => id === row.id) ? undefined : openHandedOver(row, ring);
      if (key) {
        ring.push({ id: row.id, key, role: row.state });
        this.file.add(key);
        log('database').info({ dataKey: row.id }, 'a new data key was taken over');
      }
    }
    this.take(ring);
  }

  private own(): Buffer {
    return fingerprintOf(this.file.read()[0] as Buffer);
  }

  private take(ring: RingKey[]): void {
    const sealing = ring.find(({ role }) => role === 'sealing');
    if (!sealing) {
      throw new AppError(
        'data-key',
        `the data key (DATA_KEY or ${this.file.path}) is not the one this database is sealed with: give every control plane the same DATA_KEY; after a rotation, the key file of one that was there`,
      );
    }
    const kept = this.file.read();
    const known = ring.find(({ role }) => role === 'coming') ?? sealing;
    const isChanged =
      JSON.stringify(ring.map(idAndRole)) !== JSON.stringify(this.sealer.keys.map(idAndRole)) ||
      this.known.keyId === 0;
    if (this.known.sealingId !== sealing.id)
      this.known = { ...this.known, sealingId: sealing.id, sealingSince: clock.monotonic() };
    this.known.keyId = kept.some((key) => key.equals(known.key)) ? known.id : this.known.keyId;
    if (isChanged) this.sealer.use(ring);
  }

  /** Hears of a change. Never throws: what is not known here is asked for again. */
  async follow(): Promise<void> {
    await this.refresh().catch((error: unknown) =>
      log('database').error({ error: messageOf(error) }, 'the data keys could not be read'),
    );
  }

  /** Forgets keys that are gone, here and in the file: nothing that they sealed is left. */
  forgetGone(): void {
    const gone = this.sealer.keys.filter(({ role }) => role === 'gone');
    if (gone.length === 0) return;
    const ring = this.sealer.keys.filter(({ role }) => role !== 'gone');
    this.file.keep(ring.map(({ key }) => key));
    this.sealer.use(ring);
    log('database').info({ dataKeys: gone.map(({ id }) => id) }, 'old data keys are forgotten');
  }
}

const idAndRole = ({ id, role }: RingKey): [number, KeyRole] => [id, role];

/** The keys of this database; the first control plane of all leaves its own key's fingerprint. */
async function readRows(tx: EntityManager, own: Buffer): Promise<KeyRow[]> {
  const read = () =>
    tx.query<KeyRow[]>(
      `SELECT id, fingerprint, state, handed_over AS "handedOver" FROM data_key ORDER BY id`,
    );
  const rows = await read();
  if (rows.length > 0) return rows;
  await tx.query('INSERT INTO data_key (id, fingerprint) VALUES (1, $1) ON CONFLICT DO NOTHING', [own]);
  return read();
}

function openHandedOver({ id, handedOver }: KeyRow, ring: readonly RingKey[]): Buffer | undefined {
  const wrapping = handedOver && ring.find((one) => one.id === handedOver[0]);
  if (!handedOver || !wrapping) return undefined;
  const opener = new Sealer(wrapping.key);
  opener.use([{ ...wrapping, role: 'sealing' }]);
  return Buffer.from(opener.open(handedOver, handOverContext(id)), 'base64');
}
