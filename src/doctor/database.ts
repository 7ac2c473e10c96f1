import pg from 'pg';
import { messageOf } from '../common/app-error.js';
import { startAdvice } from '../database/database-errors.js';
import { MIGRATIONS } from '../database/migrations/index.js';
import { note, well, wrong, type Finding } from './finding.js';

const OLDEST = 15;
const CONNECT_MS = 5_000;
const LARGEST_DIFFERENCE_MS = 1_000;
const ROLE = 'linekeeper_app';
const INSERT_ONLY = ['ledger_entry', 'tree_head'];

export interface Query {
  <T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
}

/**
 * Looks into the database, reading only.
 * @param what the setting that leads there
 * @param alsoAsk what others want to know while the connection is there
 */
export async function checkDatabase(
  what: string,
  url: string,
  alsoAsk: (query: Query) => Promise<Finding[]>,
): Promise<Finding[]> {
  const { host, pathname } = new URL(url);
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: CONNECT_MS,
    options: '-c default_transaction_read_only=on',
    application_name: 'linekeeper doctor',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const advice =
      startAdvice(error, `${host}${pathname}`) ??
      `PostgreSQL at ${host} cannot be reached (${messageOf(error) || 'no answer'}): start it, or mend ${what}`;
    return [wrong(what, advice)];
  }
  const query: Query = async (text, values) => (await client.query(text, values)).rows;
  try {
    return [
      await versionFinding(what, query),
      await timeFinding(query),
      ...(await tableFindings(query)),
      ...(await alsoAsk(query)),
    ];
  } catch (error) {
    return [wrong(what, `PostgreSQL at ${host} does not answer as it should: ${messageOf(error)}`)];
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function versionFinding(what: string, query: Query): Promise<Finding> {
  const [row] = await query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  const version = row?.version ?? '';
  return parseInt(version, 10) >= OLDEST
    ? well(what, `PostgreSQL ${version}`)
    : wrong(what, `PostgreSQL ${version} is too old: ${OLDEST} or later is needed`);
}

async function timeFinding(query: Query): Promise<Finding> {
  const before = Date.now();
  const [row] = await query<{ ms: number }>(
    `SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms`,
  );
  return differenceFinding((row?.ms ?? 0) - (before + Date.now()) / 2);
}

/** @param ms PostgreSQL's time less ours */
export function differenceFinding(ms: number): Finding {
  const rounded = Math.round(ms);
  return Math.abs(rounded) <= LARGEST_DIFFERENCE_MS
    ? well('database clock', `${Math.abs(rounded)} ms from ours`)
    : wrong('database clock', `${rounded} ms from ours: both machines need a time service (chrony)`);
}

async function tableFindings(query: Query): Promise<Finding[]> {
  const [there] = await query<{ exists: boolean }>(`SELECT to_regclass('migrations') IS NOT NULL AS exists`);
  if (!there?.exists)
    return [
      note('migrations', 'the database is empty: the first start sets it up'),
      await ownerFinding(query),
    ];
  const applied = await query<{ name: string }>('SELECT name FROM migrations');
  return [
    migrationsFinding(
      MIGRATIONS.map(({ name }) => name),
      applied.map(({ name }) => name),
    ),
    await ledgerFinding(query),
  ];
}

/** May the user of DATABASE_URL set the tables up? */
async function ownerFinding(query: Query): Promise<Finding> {
  const [may] = await query<{ create: boolean; role: boolean }>(
    `SELECT has_schema_privilege('public', 'CREATE') AS create,
       (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = CURRENT_USER)
         OR EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS role`,
    [ROLE],
  );
  return may?.create && may.role
    ? well('database owner', 'may set the tables up')
    : wrong(
        'database owner',
        'may not set the tables up: make it the owner of its database and give it CREATEROLE',
      );
}

/** @param known of this release @param applied in the database */
export function migrationsFinding(known: readonly string[], applied: readonly string[]): Finding {
  const strange = applied.filter((name) => !known.includes(name));
  if (strange.length > 0)
    return wrong('migrations', `${strange.length} are of a newer Linekeeper: install that release`);
  const open = known.filter((name) => !applied.includes(name));
  return open.length === 0
    ? well('migrations', `all ${known.length} applied`)
    : note('migrations', `${open.length} of ${known.length} are to come: the next start applies them`);
}

async function ledgerFinding(query: Query): Promise<Finding> {
  const [row] = await query<{ may: string[] | null; disabled: string[] | null }>(
    `SELECT (SELECT array_agg(t || ' ' || p) FROM unnest($2::text[]) t, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) p
             WHERE has_table_privilege($1, t, p)) AS may,
       (SELECT array_agg(tgrelid::regclass || ' ' || tgname) FROM pg_trigger
         WHERE tgrelid = ANY($2::regclass[]) AND NOT tgisinternal AND tgenabled = 'D') AS disabled`,
    [ROLE, INSERT_ONLY],
  );
  if (row?.may) return wrong('ledger', `${ROLE} may change it (${row.may.join(', ')}): REVOKE that`);
  if (row?.disabled)
    return wrong(
      'ledger',
      `a trigger that guards it is off (${row.disabled.join(', ')}): ALTER TABLE … ENABLE TRIGGER`,
    );
  return well('ledger', 'the application can only add to it');
}
