import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a stored recording may be made into Opus; null where it is not to be, or has been. */
export class LaterOpus1700000000023 implements MigrationInterface {
  name = 'LaterOpus1700000000023';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE recording ADD COLUMN opus_due timestamptz;
      CREATE INDEX recording_opus_due ON recording (opus_due) WHERE opus_due IS NOT NULL AND state = 'stored';
    `);
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
