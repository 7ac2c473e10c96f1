import type { MigrationInterface, QueryRunner } from 'typeorm';
import { wall } from './tenant-table.js';

/** Whom a company's managers may call, how often, and how its carriers want it written. */
export class DiallingRules1700000000005 implements MigrationInterface {
  name = 'DiallingRules1700000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE company ADD records_internal_calls boolean NOT NULL DEFAULT false;

      -- whether it may dial telephone numbers, beside clients' codes
      ALTER TABLE extension ADD dials_numbers boolean NOT NULL DEFAULT false;

      ALTER TABLE trunk
        ADD caller_id_format text NOT NULL DEFAULT 'e164' CHECK (caller_id_format IN ('e164', 'digits', 'national')),
        ADD dial_format text NOT NULL DEFAULT 'e164' CHECK (dial_format IN ('e164', 'digits', 'national')),
        -- a sip: URI that calls out go to in place of the host
        ADD outbound_proxy text;

      -- a company without a row has the rules of its country (src/provisioning/dialling-rules.ts)
      CREATE TABLE dialling_rules (
        company_id uuid PRIMARY KEY REFERENCES company,
        allowed_countries text[] NOT NULL,
        allowed_prefixes text[] NOT NULL,
        emergency_numbers text[] NOT NULL,
        -- null: no cap; a day is the company's
        calls_per_day int CHECK (calls_per_day >= 0),
        minutes_per_day int CHECK (minutes_per_day >= 0),
        extension_calls_per_day int CHECK (extension_calls_per_day >= 0),
        extension_minutes_per_day int CHECK (extension_minutes_per_day >= 0),
        -- what clients are shown who know no number of the company
        default_number_id uuid REFERENCES company_number ON DELETE SET NULL
      );

      -- who made it; who talks may change
      ALTER TABLE call ADD from_extension_id uuid REFERENCES extension ON DELETE SET NULL;
      -- a day's calls out, counted before the next
      CREATE INDEX call_out_by_time ON call (company_id, started_at) WHERE direction = 'outbound';
    `);
    await wall(runner, 'dialling_rules');
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
