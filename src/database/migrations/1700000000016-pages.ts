import type { MigrationInterface, QueryRunner } from 'typeorm';
import { wall } from './tenant-table.js';

/** Who is away and until when, and the prompts that companies have recorded themselves. */
export class Pages1700000000016 implements MigrationInterface {
  name = 'Pages1700000000016';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE extension
        ADD away_since timestamptz,
        ADD back_at timestamptz,
        ADD CHECK (back_at IS NULL OR away_since IS NOT NULL);

      CREATE TABLE company_prompt (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        language text NOT NULL CHECK (language IN ('ru', 'en')),
        name text NOT NULL,
        -- a WAV file of 16-bit PCM, mono, 8 kHz: every control plane lays it down for its media servers
        wav bytea NOT NULL,
        duration_ms int NOT NULL CHECK (duration_ms > 0),
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (company_id, language, name)
      );
    `);
    await wall(runner, 'company_prompt');
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
