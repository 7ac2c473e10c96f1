import type { QueryRunner } from 'typeorm';

const SCOPE = `current_setting('linekeeper.company_id', true)`;

/**
 * SQL of the second wall: the rows of the company in scope, all in the system's own scope ('*'), none without one. The
 * column stands by itself, so that the planner knows from its statistics how many rows pass.
 */
export const COMPANY_WALL = `(company_id = NULLIF(NULLIF(${SCOPE}, ''), '*')::uuid OR ${SCOPE} = '*')`;

/** Puts the second wall around a table of one company each: without linekeeper.company_id set, nothing of it is seen. */
export async function wall(runner: QueryRunner, ...tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    await runner.query(`
      GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO linekeeper_app;
      ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
      CREATE POLICY company_wall ON ${table} TO linekeeper_app
        USING ${COMPANY_WALL} WITH CHECK ${COMPANY_WALL};
    `);
  }
}
