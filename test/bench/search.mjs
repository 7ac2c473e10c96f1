// How long searching takes where a company has a million calls with recordings: generated in PostgreSQL, asked over HTTP.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { signedIn } from './api.mjs';
import { spreadOf } from './spread.mjs';

const MANAGERS = 50;
const GROUPS = 5;
const CALLS_PER_CLIENT = 8;
const DAYS = 730;
const FIRST = Date.parse('2024-01-01T00:00:00Z');
const DAY_MS = 86_400_000;

/** Two years of calls: a fifth of them made by managers, one in thirty not answered, a few seconds to an hour long. */
async function generate(sql, companyId, calls) {
  const clients = Math.ceil(calls / CALLS_PER_CLIENT);
  const run = (text, values = []) => sql.query(text, values);
  await run('SET session_replication_role = replica'); // what is generated here refers to what is generated here
  await run('SET synchronous_commit = off');
  // A UUID by its version and variant (RFC 9562 §4), the same for the same name.
  await run(
    `CREATE FUNCTION pg_temp.named(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS
     $$ SELECT overlay(overlay(md5(name) PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid $$`,
  );
  await run(
    `INSERT INTO client (id, company_id, code, number_hash, number_sealed, created_at)
     SELECT pg_temp.named('client' || n), $1, (100000 + n)::text, decode(md5('hash' || n), 'hex'), '', now()
       FROM generate_series(1, $2::int) n`,
    [companyId, clients],
  );
  await run(
    `CREATE TEMP TABLE made AS SELECT n, pg_temp.named('call' || n) AS id, pg_temp.named('recording' || n) AS recording_id,
       pg_temp.named('client' || 1 + (n * 7919::bigint) % $1) AS client_id,
       (SELECT array_agg(id ORDER BY number) FROM extension WHERE number LIKE '10__')
         [1 + (n * 104729::bigint) % $2] AS extension_id,
       to_timestamp($3 + n * ($4 / $5::float8)) AS at,
       CASE WHEN n % 5 = 0 THEN 'outbound' ELSE 'inbound' END AS direction,
       CASE WHEN n % 30 = 0 THEN 'abandoned' ELSE 'answered' END AS outcome,
       (5 + 3595 * ((n * 2654435761) % 1000003 / 1000003.0) ^ 6)::int AS seconds
     FROM generate_series(1, $5::int) n`.replaceAll(/\$(\d)/g, (_, at) =>
      [clients, MANAGERS, FIRST / 1000, DAYS * 86_400, calls][at - 1].toString(),
    ),
  );
  const from = 'FROM made ORDER BY n';
  const company = `'${companyId}'::uuid`;
  await run(
    `INSERT INTO call (id, company_id, direction, company_number, client_id, caller_kind, started_at, answered_at, ended_at,
       outcome, ending, ended_by, cause, sip_status, manager_extension_id, recording_id)
     SELECT id, ${company}, direction, '+74950000100', client_id, 'number', at, at + interval '7 s',
       at + interval '7 s' + seconds * interval '1 s', outcome, 'client-hung-up', 'client', 16, 200, extension_id,
       recording_id ${from}`,
  );
  await run(
    `INSERT INTO call_leg (id, company_id, call_id, extension_id, started_at, answered_at, ended_at, sip_status, cause)
     SELECT gen_random_uuid(), ${company}, id, extension_id, at, at + interval '7 s', at + interval '60 s', 200, 16 ${from}`,
  );
  await run(
    `INSERT INTO talk (id, company_id, call_id, extension_id, started_at, ended_at)
     SELECT gen_random_uuid(), ${company}, id, extension_id, at, at + seconds * interval '1 s' ${from}`,
  );
  await run(
    `INSERT INTO recording (id, company_id, call_id, state, started_at, ended_at, duration_ms, size_bytes, sha256,
       client_id, manager_extension_id, direction, outcome)
     SELECT recording_id, ${company}, id, 'stored', at + interval '7 s', at + interval '7 s' + seconds * interval '1 s',
       seconds * 1000, seconds * 32000::bigint, decode(md5('a' || n) || md5('b' || n), 'hex'), client_id, extension_id,
       direction, outcome ${from}`,
  );
  await run(
    `INSERT INTO recording_segment (id, company_id, recording_id, path, started_at, ended_at, offset_ms, duration_ms)
     SELECT gen_random_uuid(), ${company}, recording_id, ${company} || '/' || recording_id || '.wav', at, at, 0,
       seconds * 1000 ${from}`,
  );
  await run(
    `INSERT INTO recording_file (id, company_id, recording_id, form, path, content_type, size_bytes, sha256, key_sealed)
     SELECT gen_random_uuid(), ${company}, recording_id, 'original', ${company} || '/' || recording_id || '.sealed',
       'audio/wav', 1, '', '' ${from}`,
  );
  await run('DROP TABLE made');
  await run('VACUUM ANALYZE');
  return clients;
}

const iso = (ms) => encodeURIComponent(new Date(ms).toISOString());
const any = (count) => Math.floor(Math.random() * count);
/** @returns `from` and `to` of some days in a row */
const days = (count) => {
  const start = FIRST + any(DAYS - count) * DAY_MS;
  return `from=${iso(start)}&to=${iso(start + count * DAY_MS)}`;
};

/** What people look for, with other values each time. */
const searches = (clients) => ({
  'the newest': () => '',
  'a day': () => days(1),
  'a manager': () => `manager=${1001 + any(MANAGERS)}`,
  'a client': () => `clientCode=${100_001 + any(clients)}`,
  'calls made': () => `direction=outbound&${days(30)}`,
  'not answered': () => 'outcome=abandoned',
  'half an hour or longer': () => 'minSeconds=1800',
  'ten seconds or shorter, of a manager': () => `maxSeconds=10&manager=${1001 + any(MANAGERS)}`,
  'a manager in a month, five minutes or longer': () =>
    `manager=${1001 + any(MANAGERS)}&minSeconds=300&${days(30)}`,
  'a client, calls made, answered': () =>
    `clientCode=${100_001 + any(clients)}&direction=outbound&outcome=answered`,
  'a manager, not answered, 20 minutes or longer': () =>
    `manager=${1001 + any(MANAGERS)}&outcome=abandoned&minSeconds=1200`,
  'as long as none is': () => 'minSeconds=7200',
});

/** @returns ms that each request took */
async function timed(api, count, query) {
  const took = [];
  for (let asked = 0; asked < count; asked++) {
    const begun = performance.now();
    await api('GET', `/recordings?limit=50&${query()}`);
    took.push(performance.now() - begun);
  }
  return took;
}

/** @param linekeeper running on an embedded PostgreSQL, with the demo company */
export async function benchSearch(linekeeper, { quick }) {
  const calls = quick ? 100_000 : 1_000_000;
  const { port, password } = JSON.parse(readFileSync(join(linekeeper.dataDir, 'postgres.json'), 'utf8'));
  const sql = new pg.Client({
    connectionString: `postgresql://linekeeper:${password}@127.0.0.1:${port}/linekeeper`,
  });
  await sql.connect();
  try {
    const admin = await signedIn(linekeeper);
    const {
      rows: [{ id: companyId }],
    } = await sql.query('SELECT id FROM company');
    const managers = [];
    for (let count = 1; count <= MANAGERS; count++) {
      const made = { number: String(1000 + count), name: `Manager ${count}` };
      managers.push((await admin.api('POST', '/extensions', made)).id);
    }
    const clients = await generate(sql, companyId, calls);
    const found = {};
    const each = quick ? 10 : 30;
    for (const [name, query] of Object.entries(searches(clients))) {
      found[name] = await timed(admin.api, each, query);
    }
    // Set over a fifth of the managers: what he sees is narrowed by who took part.
    const memberIds = managers.filter((_, at) => at % GROUPS === 0);
    const group = await admin.api('POST', '/ring-groups', { name: 'a fifth', memberIds });
    await admin.api('POST', '/people', {
      email: 'groups@example.com',
      role: 'supervisor',
      password: 'a long bench password',
      supervises: [group.id],
    });
    const supervisor = await signedIn(linekeeper, 'groups@example.com', 'a long bench password');
    found['a supervisor of a fifth of the managers: the newest'] = await timed(
      supervisor.api,
      each,
      () => '',
    );
    found['a supervisor of a fifth of the managers: a client'] = await timed(
      supervisor.api,
      each,
      () => `clientCode=${100_001 + any(clients)}`,
    );
    return {
      calls,
      allMs: spreadOf(Object.values(found).flat()),
      eachMs: Object.fromEntries(Object.entries(found).map(([name, took]) => [name, spreadOf(took)])),
    };
  } finally {
    await sql.end();
  }
}
