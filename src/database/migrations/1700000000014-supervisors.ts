import type { MigrationInterface, QueryRunner } from 'typeorm';
import { COMPANY_WALL } from './tenant-table.js';

/** The tone that both sides hear when a supervisor takes part; walls that the planner sees through. */
export class Supervisors1700000000014 implements MigrationInterface {
  name = 'Supervisors1700000000014';

  async up(runner: QueryRunner): Promise<void> {
    // {"hertz": …, "ms": …}; null: nobody hears anything
    await runner.query('ALTER TABLE company ADD supervision_tone jsonb');
    // As it was, PostgreSQL took it that one row in a hundred passes a wall: among a million calls it read them all and
    // sorted, where an index has them in their order.
    const tables: { name: string }[] = await runner.query(
      `SELECT format('%I', tablename) AS name FROM pg_policies
       WHERE schemaname = 'public' AND policyname = 'company_wall' ORDER BY tablename`,
    );
    for (const { name } of tables) {
      await runner.query(
        `ALTER POLICY company_wall ON ${name} USING ${COMPANY_WALL} WITH CHECK ${COMPANY_WALL}`,
      );
    }
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
