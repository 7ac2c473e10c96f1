import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls that managers make to clients. */
export class CallsOut1700000000002 implements MigrationInterface {
  name = 'CallsOut1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE call DROP CONSTRAINT call_outcome_check;
      ALTER TABLE call ADD CONSTRAINT call_outcome_check
        CHECK (outcome IN ('answered', 'missed', 'abandoned', 'refused', 'unreached'));
    `);
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
