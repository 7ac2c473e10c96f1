import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables and columns of sealed values. */
const SEALED = [
  ['client', 'number_sealed'],
  ['company', 'callback_pin_sealed'],
  ['extension', 'sip_password_sealed'],
  ['mobile', 'number_sealed'],
  ['recording_file', 'key_sealed'],
  ['trunk', 'password_sealed'],
];

/** Several data keys at once, so that they can be rotated while calls go on. */
export class DataKeys1700000000012 implements MigrationInterface {
  name = 'DataKeys1700000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE data_key
        DROP COLUMN only_one,
        ADD id smallint NOT NULL DEFAULT 1 PRIMARY KEY CHECK (id BETWEEN 1 AND 255),
        -- src/common/sealer.ts says what each state means
        ADD state text NOT NULL DEFAULT 'sealing' CHECK (state IN ('coming', 'sealing', 'going', 'ending', 'gone')),
        -- while it is new: the key, sealed with the one before it, for control planes that share no file
        ADD handed_over bytea,
        ADD created_at timestamptz NOT NULL DEFAULT now(),
        ADD gone_at timestamptz;
      CREATE UNIQUE INDEX data_key_of_state ON data_key (state) WHERE state <> 'gone';
      GRANT SELECT, INSERT, UPDATE, DELETE ON data_key TO linekeeper_app;

      -- hashes by keys of odd ids stay in number_hash: two keys at once have a column each, both unique
      ALTER TABLE client
        ALTER number_hash DROP NOT NULL,
        ADD number_hash_even bytea,
        ADD UNIQUE (company_id, number_hash_even),
        ADD CHECK (num_nonnulls(number_hash, number_hash_even) > 0);

      CREATE FUNCTION refuse_old_key() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        sealed text := to_jsonb(NEW) ->> TG_ARGV[0]; -- \\x and hexadecimal
        key int := ('x' || substr(sealed, 3, 2))::bit(8)::int;
      BEGIN
        IF length(sealed) > 2 AND EXISTS (SELECT FROM data_key WHERE id = key AND state IN ('ending', 'gone')) THEN
          RAISE EXCEPTION '%.% is sealed with data key %, which is out of use', TG_TABLE_NAME, TG_ARGV[0], key;
        END IF;
        RETURN NEW;
      END $$;

      -- which data key each knows for sure, and by which one all is sealed that it may still write
      ALTER TABLE control_plane ADD knows_key smallint, ADD seals_with_key smallint;
    `);
    // What was sealed before a rotation, and is written only after it, would never open again.
    for (const [table, column] of SEALED) {
      await runner.query(`
        CREATE TRIGGER ${column}_by_old_key BEFORE INSERT OR UPDATE OF ${column} ON ${table}
          FOR EACH ROW EXECUTE FUNCTION refuse_old_key('${column}')
      `);
    }
  }

  async down(): Promise<void> {
    throw new Error('which data keys seal the rest must be known: restore a backup instead');
  }
}
