import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often people may be shown clients' numbers. */
export class Vault1700000000003 implements MigrationInterface {
  name = 'Vault1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE company ADD reveal_quota int NOT NULL DEFAULT 20 CHECK (reveal_quota BETWEEN 0 AND 1000);
      -- the day's reveals of one person, counted while he asks for another
      CREATE INDEX ledger_entry_of_reveals ON ledger_entry (company_id, actor, kind, at)
        WHERE kind IN ('number.revealed', 'number.reveal-refused');
    `);
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
