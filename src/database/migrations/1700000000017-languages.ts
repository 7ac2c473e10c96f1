import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Managers who are spoken to in another language than the company's. */
export class Languages1700000000017 implements MigrationInterface {
  name = 'Languages1700000000017';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE extension ADD language text CHECK (language IN ('ru', 'en'))`);
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
