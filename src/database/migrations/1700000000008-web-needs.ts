import type { MigrationInterface, QueryRunner } from 'typeorm';
import { wall } from './tenant-table.js';

/** What the cabinets keep: notes about clients. */
export class WebNeeds1700000000008 implements MigrationInterface {
  name = 'WebNeeds1700000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE client_note (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        client_id uuid NOT NULL REFERENCES client,
        author_id uuid REFERENCES user_account ON DELETE SET NULL,
        text text NOT NULL,
        at timestamptz NOT NULL
      );
      CREATE INDEX client_note_of_client ON client_note (client_id, at DESC);
    `);
    await wall(runner, 'client_note');
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
