import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import type { Sealer } from '../common/sealer.js';

/**
 * The first control plane of a database leaves its data key's fingerprint; every later one must have the same key, or
 * each would seal what the other cannot open.
 * @throws AppError data-key, with what to do
 */
export async function confirmDataKey(tx: EntityManager, sealer: Sealer): Promise<void> {
  const own = sealer.keyFor('fingerprint');
  await tx.query('INSERT INTO data_key (fingerprint) VALUES ($1) ON CONFLICT DO NOTHING', [own]);
  const [row] = await tx.query<{ fingerprint: Buffer }[]>('SELECT fingerprint FROM data_key');
  if (row?.fingerprint.equals(own)) return;
  throw new AppError(
    'data-key',
    'the data key (DATA_KEY or DATA_DIR/data.key) is not the one this database was set up with: give every control plane the same DATA_KEY',
  );
}
