import type { MigrationInterface, QueryRunner } from 'typeorm';

/** No two recording rules of a company at one place: which is asked first would be said nowhere. */
export class RulePositions1700000000024 implements MigrationInterface {
  name = 'RulePositions1700000000024';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- where there are such, all of the company's get new places, in the order in which they were asked
      UPDATE recording_rule r SET position = anew.position
        FROM (SELECT id, company_id, 10 * row_number() OVER (
                PARTITION BY company_id ORDER BY position, created_at, id) AS position FROM recording_rule) anew
       WHERE anew.id = r.id AND EXISTS (
         SELECT FROM recording_rule o WHERE o.company_id = r.company_id GROUP BY o.position HAVING count(*) > 1);
      ALTER TABLE recording_rule ADD UNIQUE (company_id, position);
    `);
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
