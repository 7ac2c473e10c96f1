import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Several data keys at once, so that they can be rotated while calls go on. */
export class DataKeys1700000000012 implements MigrationInterface {
  name = 'DataKeys1700000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE data_key
        DROP COLUMN only_one,
        ADD id smallint NOT NULL DEFAULT 1 PRIMARY KEY CHECK (id BETWEEN 1 AND 255),
        -- src/common/sealer.ts says what each state means
        ADD state text NOT NULL DEFAULT 'sealing' CHECK (state IN ('coming', 'sealing', 'going', 'gone')),
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

      -- which data key each knows for sure, and by which one all is sealed that it may still write
      ALTER TABLE control_plane ADD knows_key smallint, ADD seals_with_key smallint;
    `);
  }

  async down(): Promise<void> {
    throw new Error('which data keys seal the rest must be known: restore a backup instead');
  }
}
