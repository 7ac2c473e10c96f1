import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tone that both sides hear when a supervisor takes part. */
export class Supervisors1700000000014 implements MigrationInterface {
  name = 'Supervisors1700000000014';

  async up(runner: QueryRunner): Promise<void> {
    // {"hertz": …, "ms": …}; null: nobody hears anything
    await runner.query('ALTER TABLE company ADD supervision_tone jsonb');
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
