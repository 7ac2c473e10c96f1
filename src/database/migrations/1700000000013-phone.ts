import type { MigrationInterface, QueryRunner } from 'typeorm';
import { wall } from './tenant-table.js';

/** What a person's browser registers with: gone with the sign-in that it was given to. */
export class Phone1700000000013 implements MigrationInterface {
  name = 'Phone1700000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE phone_credential (
        username text PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        extension_id uuid NOT NULL REFERENCES extension ON DELETE CASCADE,
        token_hash bytea NOT NULL REFERENCES user_token ON DELETE CASCADE,
        -- MD5 of username, realm and a random password that is kept nowhere (RFC 7616 3.4.2)
        ha1 text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX phone_credential_token ON phone_credential (token_hash, created_at);
      CREATE INDEX phone_credential_extension ON phone_credential (extension_id);
    `);
    await wall(runner, 'phone_credential');
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
