import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What belongs to the installation, and to no company of it. */
export class Installation1700000000011 implements MigrationInterface {
  name = 'Installation1700000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- FreeSWITCH servers that get no new calls, by host:port
      CREATE TABLE drained_media_server (
        name text PRIMARY KEY,
        since timestamptz NOT NULL DEFAULT now()
      );

      -- the one row says by which data key everything here is sealed; the key is not to be had from it
      CREATE TABLE data_key (
        only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
        fingerprint bytea NOT NULL
      );

      GRANT SELECT, INSERT, UPDATE, DELETE ON drained_media_server TO linekeeper_app;
      GRANT SELECT, INSERT ON data_key TO linekeeper_app;
    `);
  }

  async down(): Promise<void> {
    throw new Error('which data key seals the rest must be known: restore a backup instead');
  }
}
