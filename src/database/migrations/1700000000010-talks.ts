import type { MigrationInterface, QueryRunner } from 'typeorm';
import { wall } from './tenant-table.js';

/** Who talked with the client, from when to when: several managers where a call was passed on. */
export class Talks1700000000010 implements MigrationInterface {
  name = 'Talks1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE talk (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        call_id uuid NOT NULL REFERENCES call,
        extension_id uuid REFERENCES extension ON DELETE SET NULL,
        started_at timestamptz NOT NULL,
        ended_at timestamptz
      );
      CREATE INDEX talk_call ON talk (call_id, started_at);
      CREATE INDEX talk_extension ON talk (extension_id, started_at DESC);
      INSERT INTO talk (id, company_id, call_id, extension_id, started_at, ended_at)
        SELECT gen_random_uuid(), company_id, id, manager_extension_id, answered_at, ended_at
          FROM call WHERE answered_at IS NOT NULL;
    `);
    await wall(runner, 'talk');
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
