import type { MigrationInterface, QueryRunner } from 'typeorm';
import { wall } from './tenant-table.js';

/** Managers' mobiles, the proxy numbers by which they call back, and clients who come back to whom they talked with. */
export class Mobiles1700000000004 implements MigrationInterface {
  name = 'Mobiles1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- a number that a manager takes calls on; it stays the same row when it goes over to another extension
      CREATE TABLE mobile (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        number_sealed bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      ALTER TABLE extension
        ADD mobile_id uuid CONSTRAINT extension_mobile_id_key UNIQUE REFERENCES mobile,
        -- with: it rings together with the softphones; after: in their place, once they have rung in vain
        ADD mobile_mode text NOT NULL DEFAULT 'with' CHECK (mobile_mode IN ('with', 'after')),
        ADD mobile_delay_s int NOT NULL DEFAULT 0 CHECK (mobile_delay_s BETWEEN 0 AND 120);

      ALTER TABLE company
        ADD proxy_fresh_days int NOT NULL DEFAULT 30 CHECK (proxy_fresh_days BETWEEN 1 AND 3650),
        -- asked of a mobile that calls back; null: nothing is asked
        ADD callback_pin_sealed bytea,
        ADD sticky_minutes int NOT NULL DEFAULT 0 CHECK (sticky_minutes BETWEEN 0 AND 525600),
        -- of the times that are spoken (IANA); null: the machine's own
        ADD time_zone text;
      ALTER TABLE company_number
        ADD is_proxy boolean NOT NULL DEFAULT false,
        -- null: as the company has it
        ADD sticky_minutes int CHECK (sticky_minutes BETWEEN 0 AND 525600);
      ALTER TABLE call_leg
        ADD via text NOT NULL DEFAULT 'device' CHECK (via IN ('device', 'mobile'));

      -- for which client a proxy number stands on one mobile: one client at a time, by the primary key
      CREATE TABLE proxy_lease (
        company_id uuid NOT NULL REFERENCES company,
        mobile_id uuid NOT NULL REFERENCES mobile ON DELETE CASCADE,
        company_number_id uuid NOT NULL REFERENCES company_number ON DELETE CASCADE,
        client_id uuid NOT NULL REFERENCES client,
        leased_at timestamptz NOT NULL,
        used_at timestamptz NOT NULL,
        PRIMARY KEY (mobile_id, company_number_id)
      );
      CREATE INDEX proxy_lease_of_client ON proxy_lease (mobile_id, client_id);
      CREATE INDEX proxy_lease_of_number ON proxy_lease (company_number_id);
    `);
    await wall(runner, 'mobile', 'proxy_lease');
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
