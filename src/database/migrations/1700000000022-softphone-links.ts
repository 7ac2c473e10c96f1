import type { MigrationInterface, QueryRunner } from 'typeorm';
import { wall } from './tenant-table.js';

/** Links that hand an extension's account to a softphone, each once and for a while. */
export class SoftphoneLinks1700000000022 implements MigrationInterface {
  name = 'SoftphoneLinks1700000000022';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE softphone_link (
        -- SHA-256 of the token, which is kept nowhere
        token_hash bytea PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        extension_id uuid NOT NULL REFERENCES extension ON DELETE CASCADE,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      );
      CREATE INDEX softphone_link_extension ON softphone_link (extension_id);
    `);
    await wall(runner, 'softphone_link');
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
