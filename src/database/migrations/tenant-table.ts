import type { QueryRunner } from 'typeorm';

/** Puts the second wall around a table of one company each: without linekeeper.company_id set, nothing of it is seen. */
export async function wall(runner: QueryRunner, ...tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    await runner.query(`
      GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO linekeeper_app;
      ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
      CREATE POLICY company_wall ON ${table} TO linekeeper_app
        USING (current_setting('linekeeper.company_id', true) IN (company_id::text, '*'))
        WITH CHECK (current_setting('linekeeper.company_id', true) IN (company_id::text, '*'));
    `);
  }
}
