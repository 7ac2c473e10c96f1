import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of one company each: company_id on every row, row-level security as the second wall. */
const TENANT_TABLES = [
  'company_number',
  'trunk',
  'extension',
  'contact_binding',
  'ring_group',
  'ring_group_member',
  'user_account',
  'client',
  'call',
  'call_leg',
  'recording',
  'follow_up',
  'ledger_head',
  'ledger_entry',
  'tree_head',
  'outbox_job',
];

/** Tables that are only ever added to: by privilege and, for the owner's own slips, by trigger. */
const INSERT_ONLY = ['ledger_entry', 'tree_head'];

export class Foundation1700000000001 implements MigrationInterface {
  name = 'Foundation1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE company (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        country char(2) NOT NULL,
        -- the host part of its extensions' addresses; null: the one company that answers to any host
        sip_domain text UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE user_account (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        email text NOT NULL UNIQUE,
        password_hash text NOT NULL,
        role text NOT NULL CHECK (role IN ('admin', 'supervisor', 'manager')),
        extension_id uuid,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE user_token (
        token_hash bytea PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES user_account ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
      );

      CREATE TABLE trunk (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        name text NOT NULL,
        -- address: the carrier is known by where it sends from; registration: we register with the carrier
        kind text NOT NULL CHECK (kind IN ('address', 'registration')),
        source_addresses text[] NOT NULL DEFAULT '{}',
        host text NOT NULL,
        port int NOT NULL DEFAULT 5060,
        transport text NOT NULL DEFAULT 'udp' CHECK (transport IN ('udp', 'tcp', 'tls')),
        username text,
        password_sealed bytea,
        enabled boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (company_id, name)
      );

      CREATE TABLE extension (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        number text NOT NULL CHECK (number ~ '^[0-9]{2,6}$'),
        name text NOT NULL,
        -- the digest password, sealed with the data key: HA1 is made from it per realm and algorithm (RFC 8760)
        sip_password_sealed bytea NOT NULL,
        max_devices int NOT NULL DEFAULT 5,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (company_id, number)
      );
      ALTER TABLE user_account ADD FOREIGN KEY (extension_id) REFERENCES extension ON DELETE SET NULL;

      CREATE TABLE contact_binding (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        extension_id uuid NOT NULL REFERENCES extension ON DELETE CASCADE,
        contact text NOT NULL,
        received_protocol text NOT NULL,
        received_host text NOT NULL,
        received_port int NOT NULL,
        path text[] NOT NULL DEFAULT '{}',
        sip_call_id text NOT NULL,
        cseq bigint NOT NULL,
        user_agent text,
        instance_id text,
        reg_id int,
        q real NOT NULL DEFAULT 1,
        registered_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        UNIQUE (extension_id, contact)
      );

      CREATE TABLE ring_group (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        name text NOT NULL,
        strategy text NOT NULL CHECK (strategy IN ('all', 'in_turn', 'longest_idle')),
        ring_timeout_s int NOT NULL DEFAULT 25 CHECK (ring_timeout_s BETWEEN 1 AND 300),
        overflow_group_id uuid REFERENCES ring_group ON DELETE SET NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (company_id, name)
      );
      CREATE TABLE ring_group_member (
        company_id uuid NOT NULL REFERENCES company,
        group_id uuid NOT NULL REFERENCES ring_group ON DELETE CASCADE,
        extension_id uuid NOT NULL REFERENCES extension ON DELETE CASCADE,
        position int NOT NULL,
        PRIMARY KEY (group_id, extension_id)
      );

      CREATE TABLE company_number (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        number text NOT NULL UNIQUE CHECK (number ~ '^\\+[0-9]{3,15}$'),
        name text NOT NULL,
        group_id uuid REFERENCES ring_group ON DELETE SET NULL,
        -- a prompt played before the phones ring; null: ringback
        greeting text,
        created_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE client (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        code text NOT NULL,
        name text,
        number_hash bytea NOT NULL,
        number_sealed bytea NOT NULL,
        assigned_extension_id uuid REFERENCES extension ON DELETE SET NULL,
        last_company_number_id uuid REFERENCES company_number ON DELETE SET NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (company_id, code),
        UNIQUE (company_id, number_hash)
      );
      CREATE INDEX client_by_time ON client (company_id, created_at DESC, id DESC);

      CREATE TABLE call (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        direction text NOT NULL CHECK (direction IN ('inbound', 'outbound', 'internal')),
        company_number text,
        trunk_id uuid REFERENCES trunk ON DELETE SET NULL,
        client_id uuid REFERENCES client,
        caller_kind text NOT NULL CHECK (caller_kind IN ('number', 'withheld', 'malformed')),
        started_at timestamptz NOT NULL,
        answered_at timestamptz,
        ended_at timestamptz,
        outcome text CHECK (outcome IN ('answered', 'missed', 'abandoned', 'refused')),
        -- the name of its ending (src/calls/call-endings.ts) and who brought it about
        ending text,
        ended_by text,
        cause int,
        sip_status int,
        manager_extension_id uuid REFERENCES extension ON DELETE SET NULL,
        recording_id uuid,
        -- which control plane has it, or had it last
        control_plane_id uuid,
        -- what a restarted control plane needs to find the call's SIP dialogs and media channels again
        live jsonb
      );
      CREATE INDEX call_by_time ON call (company_id, started_at DESC, id DESC);
      CREATE INDEX call_of_client ON call (client_id, started_at DESC);
      CREATE INDEX call_open ON call (control_plane_id) WHERE ended_at IS NULL;

      -- the processes that share this database; each beats, and one that stops is dead
      CREATE TABLE control_plane (
        id uuid PRIMARY KEY,
        beat timestamptz NOT NULL
      );

      CREATE TABLE call_leg (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        call_id uuid NOT NULL REFERENCES call,
        extension_id uuid REFERENCES extension ON DELETE SET NULL,
        started_at timestamptz NOT NULL,
        answered_at timestamptz,
        ended_at timestamptz,
        sip_status int,
        cause int
      );
      CREATE INDEX call_leg_of_call ON call_leg (call_id);
      CREATE INDEX call_leg_of_extension ON call_leg (extension_id);

      CREATE TABLE recording (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        call_id uuid NOT NULL REFERENCES call,
        -- below RECORDINGS_DIR; made of ids, never of numbers
        path text NOT NULL,
        state text NOT NULL CHECK (state IN ('recording', 'stored', 'missing')),
        started_at timestamptz NOT NULL,
        ended_at timestamptz,
        duration_ms int,
        size_bytes bigint,
        sha256 bytea
      );
      CREATE INDEX recording_of_call ON recording (call_id);
      CREATE INDEX recording_by_time ON recording (company_id, started_at DESC, id DESC);

      CREATE TABLE follow_up (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        client_id uuid NOT NULL REFERENCES client,
        -- null: everybody's
        owner_extension_id uuid REFERENCES extension ON DELETE SET NULL,
        opened_at timestamptz NOT NULL,
        due_at timestamptz,
        attempts int NOT NULL DEFAULT 1,
        first_call_id uuid NOT NULL REFERENCES call,
        last_call_id uuid NOT NULL REFERENCES call,
        closed_at timestamptz,
        closed_by_call_id uuid REFERENCES call,
        closing_reason text
      );
      CREATE UNIQUE INDEX follow_up_one_open ON follow_up (client_id) WHERE closed_at IS NULL;
      CREATE INDEX follow_up_open ON follow_up (company_id, opened_at) WHERE closed_at IS NULL;
      CREATE INDEX follow_up_by_time ON follow_up (company_id, opened_at DESC, id DESC);

      CREATE TABLE ledger_head (
        company_id uuid PRIMARY KEY REFERENCES company,
        size bigint NOT NULL DEFAULT 0,
        root_hash bytea NOT NULL,
        -- roots of the complete subtrees of the tree so far, largest first (RFC 9162 §2.1): enough to append
        frontier bytea[] NOT NULL DEFAULT '{}'
      );
      CREATE TABLE ledger_entry (
        company_id uuid NOT NULL REFERENCES company,
        seq bigint NOT NULL CHECK (seq >= 0),
        entry_id uuid NOT NULL,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        call_id uuid,
        client_id uuid,
        actor text NOT NULL,
        payload jsonb NOT NULL,
        leaf_hash bytea NOT NULL,
        -- the tree's root with this entry as its last leaf
        root_hash bytea NOT NULL,
        PRIMARY KEY (company_id, seq),
        UNIQUE (company_id, entry_id)
      );
      CREATE INDEX ledger_entry_of_call ON ledger_entry (call_id) WHERE call_id IS NOT NULL;
      CREATE TABLE tree_head (
        company_id uuid NOT NULL REFERENCES company,
        tree_size bigint NOT NULL,
        root_hash bytea NOT NULL,
        at timestamptz NOT NULL,
        key_id text NOT NULL,
        signature bytea NOT NULL,
        PRIMARY KEY (company_id, tree_size, key_id)
      );

      CREATE TABLE outbox_job (
        id uuid PRIMARY KEY,
        company_id uuid NOT NULL REFERENCES company,
        kind text NOT NULL,
        payload jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        run_at timestamptz NOT NULL DEFAULT now(),
        attempts int NOT NULL DEFAULT 0,
        locked_until timestamptz,
        last_error text,
        done_at timestamptz
      );
      CREATE INDEX outbox_due ON outbox_job (run_at) WHERE done_at IS NULL;

      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME; END $$;
    `);

    for (const table of INSERT_ONLY) {
      await runner.query(`
        CREATE TRIGGER ${table}_insert_only BEFORE UPDATE OR DELETE ON ${table}
          FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER ${table}_no_truncate BEFORE TRUNCATE ON ${table}
          FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      `);
    }

    // The application's role owns nothing; connections take it with SET ROLE (data-source.ts).
    await runner.query(`
      DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'linekeeper_app') THEN
          CREATE ROLE linekeeper_app NOLOGIN;
        END IF;
      EXCEPTION WHEN duplicate_object THEN NULL; -- roles are the server's: another database's start made it just now
      END $$;
      GRANT USAGE ON SCHEMA public TO linekeeper_app;
      DO $$ BEGIN
        -- since PostgreSQL 16, who created a role may grant it, but not yet take it
        IF NOT pg_has_role(CURRENT_USER, 'linekeeper_app',
            CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END) THEN
          GRANT linekeeper_app TO CURRENT_USER;
        END IF;
      END $$;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO linekeeper_app;
      REVOKE UPDATE, DELETE, TRUNCATE ON ${INSERT_ONLY.join(', ')} FROM linekeeper_app;
      REVOKE DELETE ON call, client, follow_up, ledger_head FROM linekeeper_app;
    `);

    // Without linekeeper.company_id set, nothing is seen; '*' is the system's own scope (start-up, dispatchers).
    for (const table of TENANT_TABLES) {
      await runner.query(`
        ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY company_wall ON ${table} TO linekeeper_app
          USING (current_setting('linekeeper.company_id', true) IN (company_id::text, '*'))
          WITH CHECK (current_setting('linekeeper.company_id', true) IN (company_id::text, '*'));
      `);
    }
  }

  async down(): Promise<void> {
    throw new Error('the ledger is never taken down: restore a backup instead');
  }
}
