import type { MigrationInterface, QueryRunner } from 'typeorm';
import { wall } from './tenant-table.js';

/** Which groups a supervisor is set over; none: the whole company. */
export class Supervision1700000000006 implements MigrationInterface {
  name = 'Supervision1700000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE supervisor_group (
        company_id uuid NOT NULL REFERENCES company,
        user_id uuid NOT NULL REFERENCES user_account ON DELETE CASCADE,
        group_id uuid NOT NULL REFERENCES ring_group ON DELETE CASCADE,
        PRIMARY KEY (user_id, group_id)
      );
    `);
    await wall(runner, 'supervisor_group');
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
