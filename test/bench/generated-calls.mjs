// Two years of a company's calls with recordings, made inside PostgreSQL, set by set, with indexes and the triggers of
// foreign keys away meanwhile: what is searched then has them all. Waveforms are left out, which lie by themselves.
import pg from 'pg';

export const DAYS = 730;
/** A company's clients call so often, at the mean. */
const CALLS_PER_CLIENT = 8;
/** Filled side by side, by two connections. */
const SIDES = [
  ['client', 'recording', 'recording_file', 'recording_segment'],
  ['call', 'call_leg', 'talk', 'call_party'],
];

const session = async (url) => {
  const sql = new pg.Client({ connectionString: url });
  await sql.connect();
  // No trigger runs: what is generated refers to what is generated.
  await sql.query(`SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '256MB';
    SET maintenance_work_mem = '512MB'`);
  return sql;
};

/** Indexes and unique constraints that nothing refers to: rows come in faster without. @returns each's table and SQL */
async function takeDown(sql, tables) {
  const { rows } = await sql.query(
    `SELECT i.indrelid::regclass::text AS table_name, c.conname,
            i.indexrelid::regclass::text AS index_name, pg_get_indexdef(i.indexrelid) AS index_made,
            pg_get_constraintdef(c.oid) AS constraint_made
       FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
      WHERE i.indrelid = ANY($1::regclass[])
        AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.indexrelid)`,
    [tables],
  );
  const taken = [];
  for (const { table_name, conname, index_name, index_made, constraint_made } of rows) {
    const constraint = `CONSTRAINT "${conname}"`;
    await sql.query(conname ? `ALTER TABLE ${table_name} DROP ${constraint}` : `DROP INDEX ${index_name}`);
    const made = conname ? `ALTER TABLE ${table_name} ADD ${constraint} ${constraint_made}` : index_made;
    taken.push({ table: table_name, made });
  }
  return taken;
}

/**
 * @param url of the database's owner
 * @param offices each a company's `{companyId, calls, extensions, numbers}`: ids of the managers, by ring group, and the
 *   company number that each group answers
 * @returns how many clients each has; their codes begin with 100001
 */
export async function generateCalls(url, offices) {
  const sides = [await session(url), await session(url)];
  const [one] = sides;
  const set = async (value) => {
    await one.query(`ALTER SYSTEM ${value}`);
    await one.query('SELECT pg_reload_conf()');
  };
  try {
    await set(`SET max_wal_size = '16GB'`);
    const takenDown = await takeDown(one, SIDES.flat());
    for (const office of offices) await generate(sides, office);
    await Promise.all(
      sides.map(async (sql, at) => {
        for (const table of SIDES[at]) {
          for (const { made } of takenDown.filter((index) => index.table === table)) await sql.query(made);
          await sql.query(`VACUUM (ANALYZE) ${table}`);
        }
      }),
    );
    await set('RESET max_wal_size');
    await one.query('CHECKPOINT');
    return offices.map(clientsOf);
  } finally {
    for (const sql of sides) await sql.end();
  }
}

const clientsOf = ({ calls }) => Math.ceil(calls / CALLS_PER_CLIENT);

/** A call's facts, drawn at random, in the order of time, as ids and rows lie in production. */
async function draw(sql, { companyId, calls, extensions, numbers }) {
  const clients = clientsOf({ calls });
  await sql.query(
    `CREATE UNLOGGED TABLE drawn_client AS SELECT n, uuidv7(-interval '730 days') AS id FROM generate_series(1, ${clients}) n`,
  );
  await sql.query(`
    CREATE UNLOGGED TABLE drawn AS
    WITH office AS (SELECT '${companyId}'::uuid AS company_id, '${JSON.stringify(extensions)}'::jsonb AS extensions,
                           '${JSON.stringify(numbers)}'::jsonb AS numbers),
    chance AS (SELECT n, random() AS day, random() AS morning, random() AS evening, random() AS long, random() AS turn,
                      random() AS who, random() AS grp, random() AS manager, random() AS made, random() AS fate,
                      random() AS handed
                 FROM generate_series(1, ${calls}) n),
    timed AS (SELECT *, date_trunc('day', now()) - interval '1 day' * (1 + floor(day * ${DAYS}))
                 + interval '1 hour' * (8 + 6 * (morning + evening)) AS at, -- between eight and eight, most at two
                 -- some groups, managers and clients have more to do than others
                 floor(${extensions.length} * grp ^ 1.5)::int AS g
              FROM chance)
    SELECT uuidv7(at - now()) AS id, uuidv7(at - now() + interval '7 s') AS recording_id, company_id, n, at,
           1 + floor(${clients} * who ^ 2)::int AS client,
           (extensions -> g ->> floor(jsonb_array_length(extensions -> g) * manager ^ 1.3)::int)::uuid AS extension_id,
           (extensions -> g ->> (1 + floor(jsonb_array_length(extensions -> g) * manager ^ 1.3))::int
              % jsonb_array_length(extensions -> g))::uuid AS beside_id,
           handed < 0.05 AS is_handed_over,
           CASE WHEN made < 0.25 THEN 'outbound' ELSE 'inbound' END AS direction,
           numbers ->> g AS company_number,
           CASE WHEN fate < 0.003 THEN 'missed' ELSE 'answered' END AS outcome,
           CASE WHEN fate > 0.99 THEN 'deleted' WHEN fate > 0.989 THEN 'missing' ELSE 'stored' END AS state,
           -- half of them shorter than a minute and a half, few longer than half an hour, none than three
           least(10800, greatest(2, exp(4.5 + 1.1 * sqrt(-2 * ln(1 - long)) * cos(2 * pi() * turn))))::int AS seconds
      FROM timed CROSS JOIN office ORDER BY at`);
}

async function generate(sides, office) {
  const [one] = sides;
  await draw(one, office);
  const company = `'${office.companyId}'::uuid`;
  const ofCalls = [
    `INSERT INTO call (id, company_id, direction, company_number, client_id, caller_kind, started_at, answered_at,
       ended_at, outcome, ending, ended_by, cause, sip_status, manager_extension_id, recording_id)
     SELECT d.id, ${company}, direction, company_number, c.id, 'number', at, at + interval '7 s',
       at + interval '7 s' + seconds * interval '1 s', outcome, 'client-hung-up', 'client', 16, 200,
       CASE WHEN is_handed_over THEN beside_id ELSE extension_id END, recording_id
       FROM drawn d JOIN drawn_client c ON c.n = d.client ORDER BY at`,
    // Clients' calls ring a colleague too.
    `INSERT INTO call_leg (id, company_id, call_id, extension_id, started_at, answered_at, ended_at, sip_status, cause)
     SELECT uuidv7(at - now()), ${company}, d.id, rung, at, CASE WHEN rung = extension_id THEN at + interval '7 s' END,
       at + seconds * interval '1 s', CASE WHEN rung = extension_id THEN 200 ELSE 487 END, 16
       FROM drawn d CROSS JOIN LATERAL (SELECT extension_id AS rung UNION SELECT beside_id WHERE direction = 'inbound')
       ORDER BY at`,
    `INSERT INTO talk (id, company_id, call_id, extension_id, started_at, ended_at)
     SELECT uuidv7(at - now()), ${company}, d.id, talker, at, at + seconds * interval '1 s'
       FROM drawn d CROSS JOIN LATERAL (SELECT extension_id AS talker UNION SELECT beside_id WHERE is_handed_over)
       ORDER BY at`,
    `INSERT INTO call_party (company_id, call_id, party_id)
     SELECT ${company}, d.id, party FROM drawn d
       CROSS JOIN LATERAL (SELECT extension_id AS party UNION ALL SELECT md5(company_number)::uuid
         UNION ALL SELECT beside_id WHERE direction = 'inbound' OR is_handed_over) ORDER BY at`,
  ];
  const ofRecordings = [
    `INSERT INTO client (id, company_id, code, number_hash, number_sealed, created_at)
     SELECT id, ${company}, (100000 + n)::text, sha256(id::text::bytea), '', now() FROM drawn_client`,
    `INSERT INTO recording (id, company_id, call_id, state, started_at, ended_at, duration_ms, size_bytes, sha256,
       client_id, manager_extension_id, direction, outcome, delete_after)
     SELECT recording_id, ${company}, d.id, state, at + interval '7 s', at + interval '7 s' + seconds * interval '1 s',
       CASE WHEN state <> 'missing' THEN seconds * 1000 END, CASE WHEN state <> 'missing' THEN seconds * 32000::bigint END,
       CASE WHEN state <> 'missing' THEN sha256(d.id::text::bytea) END, c.id,
       CASE WHEN is_handed_over THEN beside_id ELSE extension_id END, direction, outcome,
       CASE WHEN state = 'stored' THEN at + interval '10 years' END
       FROM drawn d JOIN drawn_client c ON c.n = d.client ORDER BY at`,
    `INSERT INTO recording_segment (id, company_id, recording_id, path, started_at, ended_at, offset_ms, duration_ms)
     SELECT uuidv7(at - now()), ${company}, recording_id, ${company} || '/' || recording_id || '.wav', at, at, 0,
       seconds * 1000 FROM drawn WHERE state IN ('stored', 'deleted') ORDER BY at`,
    `INSERT INTO recording_file (id, company_id, recording_id, form, path, content_type, size_bytes, sha256, key_sealed)
     SELECT uuidv7(at - now()), ${company}, recording_id, 'original', ${company} || '/' || recording_id || '.sealed',
       'audio/wav', seconds * 32000::bigint, sha256(recording_id::text::bytea), sha256(recording_id::text::bytea)
       FROM drawn WHERE state = 'stored' ORDER BY at`,
  ];
  await Promise.all(
    [ofRecordings, ofCalls].map(async (statements, at) => {
      for (const statement of statements) await sides[at].query(statement);
    }),
  );
  await one.query('DROP TABLE drawn, drawn_client');
}
