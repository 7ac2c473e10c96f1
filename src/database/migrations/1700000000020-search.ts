import type { MigrationInterface, QueryRunner } from 'typeorm';
import { wall } from './tenant-table.js';

/** What finding things among a million calls needs: who had part in each, and its waveform out of the way. */
export class Search1700000000020 implements MigrationInterface {
  name = 'Search1700000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The extensions that a call rang or that talked in it, and its company number, by a hash of it: numbers come and
      -- go. In one table, because only of that does the planner know how many calls are somebody's; with uuids, because
      -- behind a wall it goes by an index only for operators that are leakproof (PostgreSQL manual 39.5), as those
      -- of arrays are not.
      CREATE TABLE call_party (
        company_id uuid NOT NULL REFERENCES company,
        call_id uuid NOT NULL REFERENCES call ON DELETE CASCADE,
        party_id uuid NOT NULL,
        PRIMARY KEY (call_id, party_id)
      );
      INSERT INTO call_party (company_id, call_id, party_id)
        SELECT company_id, call_id, extension_id FROM call_leg WHERE extension_id IS NOT NULL
        UNION SELECT company_id, call_id, extension_id FROM talk WHERE extension_id IS NOT NULL
        UNION SELECT company_id, id, manager_extension_id FROM call WHERE manager_extension_id IS NOT NULL
        UNION SELECT company_id, id, md5(company_number)::uuid FROM call WHERE company_number IS NOT NULL;
      CREATE INDEX call_party_of_party ON call_party (party_id, call_id);

      CREATE FUNCTION note_parties_of_call() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' AND NEW.company_number IS DISTINCT FROM OLD.company_number THEN
          DELETE FROM call_party WHERE call_id = NEW.id AND party_id = md5(OLD.company_number)::uuid;
        END IF;
        INSERT INTO call_party (company_id, call_id, party_id)
          SELECT NEW.company_id, NEW.id, party
            FROM unnest(ARRAY[NEW.manager_extension_id, md5(NEW.company_number)::uuid]) party
           WHERE party IS NOT NULL
          ON CONFLICT DO NOTHING;
        RETURN NULL;
      END $$;
      CREATE TRIGGER call_parties AFTER INSERT OR UPDATE OF manager_extension_id, company_number ON call
        FOR EACH ROW EXECUTE FUNCTION note_parties_of_call();

      CREATE FUNCTION note_extension_of_call() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO call_party (company_id, call_id, party_id) VALUES (NEW.company_id, NEW.call_id, NEW.extension_id)
          ON CONFLICT DO NOTHING;
        RETURN NULL;
      END $$;
      CREATE TRIGGER call_leg_party AFTER INSERT OR UPDATE OF extension_id ON call_leg
        FOR EACH ROW WHEN (NEW.extension_id IS NOT NULL) EXECUTE FUNCTION note_extension_of_call();
      CREATE TRIGGER talk_party AFTER INSERT OR UPDATE OF extension_id ON talk
        FOR EACH ROW WHEN (NEW.extension_id IS NOT NULL) EXECUTE FUNCTION note_extension_of_call();

      CREATE INDEX call_of_manager ON call (manager_extension_id, started_at DESC, id DESC);
      -- A waveform of 2 kB among a recording's columns makes every list read as much more.
      ALTER TABLE recording ALTER peaks SET STORAGE EXTERNAL;
    `);
    await wall(runner, 'call_party');
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
