import type { MigrationInterface, QueryRunner } from 'typeorm';
import { wall } from './tenant-table.js';

/** One recording a call, sealed with a key per file; rules, retention, holds, notes, reconciliation. */
export class Recordings1700000000007 implements MigrationInterface {
  name = 'Recordings1700000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE company ADD keep_original_recordings boolean NOT NULL DEFAULT true;
      ALTER TABLE company_number ADD announce_recording text
        CHECK (announce_recording IN ('before-ringing', 'at-answer'));

      CREATE TABLE recording_rule (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        position int NOT NULL,
        name text NOT NULL,
        -- which calls; null: all. A rule goes with what it was for: it must not become one for everybody.
        company_number_id uuid REFERENCES company_number ON DELETE CASCADE,
        direction text CHECK (direction IN ('inbound', 'outbound')),
        extension_id uuid REFERENCES extension ON DELETE CASCADE,
        share_percent int NOT NULL CHECK (share_percent BETWEEN 0 AND 100),
        retention_days int CHECK (retention_days > 0),
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (company_id, name)
      );

      ALTER TABLE recording
        DROP CONSTRAINT recording_state_check,
        ADD CONSTRAINT recording_state_check CHECK (state IN ('recording', 'stored', 'missing', 'deleted')),
        -- of the call, for the search
        ADD client_id uuid REFERENCES client,
        ADD manager_extension_id uuid REFERENCES extension ON DELETE SET NULL,
        ADD direction text NOT NULL DEFAULT 'inbound',
        ADD outcome text,
        ADD rule_id uuid REFERENCES recording_rule ON DELETE SET NULL,
        ADD retention_days int,
        ADD delete_after timestamptz,
        -- parties who were not heard
        ADD silent text[] NOT NULL DEFAULT '{}',
        ADD missing_ms int,
        -- [{"from": time, "to": time or null}]
        ADD pauses jsonb NOT NULL DEFAULT '[]',
        -- one byte a stretch, the client's first, then the manager's
        ADD peaks bytea,
        ADD deleted_at timestamptz,
        ADD deleted_by text,
        ADD deletion_reason text;

      -- what one media server recorded of a call, until it is joined and sealed
      CREATE TABLE recording_segment (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        recording_id uuid NOT NULL REFERENCES recording ON DELETE CASCADE,
        -- below RECORDINGS_DIR; made of ids, never of numbers
        path text COLLATE "C" NOT NULL,
        started_at timestamptz NOT NULL,
        ended_at timestamptz,
        -- where it stands in the recording
        offset_ms int,
        duration_ms int
      );
      CREATE INDEX recording_segment_of_recording ON recording_segment (recording_id);
      CREATE INDEX recording_segment_by_path ON recording_segment (path);

      -- a file at rest and its key: without this row nobody can read it
      CREATE TABLE recording_file (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        recording_id uuid NOT NULL REFERENCES recording ON DELETE CASCADE,
        form text NOT NULL CHECK (form IN ('original', 'playback')),
        path text COLLATE "C" NOT NULL UNIQUE,
        content_type text NOT NULL,
        -- of the audio, not of the sealed file
        size_bytes bigint NOT NULL,
        sha256 bytea NOT NULL,
        key_sealed bytea NOT NULL,
        UNIQUE (recording_id, form)
      );

      CREATE TABLE recording_note (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        recording_id uuid NOT NULL REFERENCES recording ON DELETE CASCADE,
        at_ms int NOT NULL CHECK (at_ms >= 0),
        text text NOT NULL,
        author_id uuid REFERENCES user_account ON DELETE SET NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX recording_note_of_recording ON recording_note (recording_id, at_ms);

      CREATE TABLE recording_hold (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        call_id uuid REFERENCES call,
        client_id uuid REFERENCES client,
        reason text NOT NULL,
        placed_by text NOT NULL,
        placed_at timestamptz NOT NULL,
        lifted_by text,
        lifted_at timestamptz,
        lifting_reason text,
        CHECK (num_nonnulls(call_id, client_id) = 1)
      );
      CREATE INDEX recording_hold_by_time ON recording_hold (company_id, placed_at DESC, id DESC);
      CREATE INDEX recording_hold_of_call ON recording_hold (call_id) WHERE lifted_at IS NULL;
      CREATE INDEX recording_hold_of_client ON recording_hold (client_id) WHERE lifted_at IS NULL;

      -- what the last look at calls and files found
      CREATE TABLE recording_reconciliation (
        company_id uuid PRIMARY KEY REFERENCES company,
        at timestamptz NOT NULL,
        found jsonb NOT NULL
      );

      INSERT INTO recording_segment (id, company_id, recording_id, path, started_at, ended_at)
        SELECT gen_random_uuid(), company_id, id, path, started_at, ended_at FROM recording;
      UPDATE recording r SET client_id = c.client_id, manager_extension_id = c.manager_extension_id,
        direction = c.direction, outcome = c.outcome FROM call c WHERE c.id = r.call_id;
      ALTER TABLE recording ALTER direction DROP DEFAULT, DROP path;
      -- what lies in the clear is checked again, and sealed by that
      WITH again AS (UPDATE recording SET state = 'recording' WHERE state = 'stored' RETURNING id, company_id)
      INSERT INTO outbox_job (id, company_id, kind, payload)
        SELECT gen_random_uuid(), company_id, 'recording.check', jsonb_build_object('recordingId', id) FROM again;

      CREATE INDEX recording_of_client ON recording (client_id, started_at DESC, id DESC);
      CREATE INDEX recording_of_manager ON recording (manager_extension_id, started_at DESC, id DESC);
      CREATE INDEX recording_by_direction ON recording (company_id, direction, started_at DESC, id DESC);
      CREATE INDEX recording_by_outcome ON recording (company_id, outcome, started_at DESC, id DESC)
        WHERE outcome <> 'answered';
      CREATE INDEX recording_by_length ON recording (company_id, duration_ms);
      CREATE INDEX recording_by_state ON recording (company_id, state, started_at DESC, id DESC)
        WHERE state <> 'stored';
      CREATE INDEX recording_due ON recording (company_id, delete_after)
        WHERE state = 'stored';
    `);
    await wall(
      runner,
      'recording_rule',
      'recording_segment',
      'recording_file',
      'recording_note',
      'recording_hold',
      'recording_reconciliation',
    );
    await runner.query('REVOKE DELETE ON recording, recording_hold FROM linekeeper_app');
  }

  async down(): Promise<void> {
    throw new Error('recordings are never taken down: restore a backup instead');
  }
}
