// How long searching takes where a company has a million calls with recordings: generated in PostgreSQL, asked over HTTP.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { say } from '../../src/set-up.mjs';
import { signedIn } from './api.mjs';
import { DAYS, generateCalls } from './generated-calls.mjs';
import { spreadOf } from './spread.mjs';

/** Extensions of managers, by ring group. */
const GROUPED = Array.from({ length: 8 }, (_, group) =>
  Array.from({ length: 8 }, (_, at) => 1000 + group * 8 + at),
);
/** A manager of one more group, who has no call yet. */
const BEGINNER = 1900;
/** The groups that one of the supervisors is set over. */
const THEIRS = [0, 5];
const DAY_MS = 86_400_000;
const NOW = Date.now();
const PASSWORD = 'a long bench password';

const any = (count) => Math.floor(Math.random() * count);
const anyOf = (list) => list[any(list.length)];
const iso = (ms) => encodeURIComponent(new Date(ms).toISOString());
/** @returns `from` and `to` of some days in a row */
const days = (count) => {
  const end = NOW - any(DAYS - count) * DAY_MS;
  return `from=${iso(end - count * DAY_MS)}&to=${iso(end)}`;
};

/** Managers in ring groups, each group with a number that it answers. */
async function office(api) {
  const extension = async (number) =>
    (await api('POST', '/extensions', { number: String(number), name: `Manager ${number}` })).id;
  const group = async (name, numbers) => {
    const memberIds = [];
    for (const number of numbers) memberIds.push(await extension(number));
    const { id } = await api('POST', '/ring-groups', { name, memberIds });
    return { id, memberIds };
  };
  const groups = [];
  for (const [at, numbers] of GROUPED.entries()) {
    const made = await group(`group ${at}`, numbers);
    const number = `+7495000020${at}`;
    await api('POST', '/company-numbers', { number, name: `number ${at}`, groupId: made.id });
    groups.push({ ...made, number });
  }
  return { groups, begun: await group('new', [BEGINNER]) };
}

/** Companies beside the one that is searched, whose calls lie among its own. */
async function neighbour(sql, name, calls) {
  const company = await sql.query(
    `INSERT INTO company (id, name, country, sip_domain) VALUES (uuidv7(), $1, 'RU', $1) RETURNING id`,
    [name],
  );
  const [{ id: companyId }] = company.rows;
  const { rows } = await sql.query(
    `INSERT INTO extension (id, company_id, number, name, sip_password_sealed)
     SELECT uuidv7(), $1, (100 + n)::text, 'Manager', '' FROM generate_series(1, 10) n RETURNING id`,
    [companyId],
  );
  return { companyId, calls, extensions: [rows.map(({ id }) => id)], numbers: ['+74950000300'] };
}

/** What people look for, with other values each time. */
function searches(clients, managers) {
  const manager = () => `manager=${anyOf(managers)}`;
  const client = () => `clientCode=${100_001 + any(clients)}`;
  return {
    'the newest': () => '',
    'a day': () => days(1),
    'a month': () => days(30),
    'a manager': manager,
    'a client': client,
    'a client who calls daily': () => 'clientCode=100001',
    'calls made': () => 'direction=outbound',
    'not answered': () => 'outcome=missed',
    'half an hour or longer': () => 'minSeconds=1800',
    'three seconds or shorter': () => 'maxSeconds=3',
    'as long as none is': () => 'minSeconds=20000',
    missing: () => 'state=missing',
    'calls made in a month': () => `direction=outbound&${days(30)}`,
    'ten seconds or shorter, of a manager': () => `maxSeconds=10&${manager()}`,
    'a manager in a month, five minutes or longer': () => `${manager()}&minSeconds=300&${days(30)}`,
    'a manager, calls made, a day': () => `${manager()}&direction=outbound&${days(1)}`,
    'a client, calls made, answered': () => `${client()}&direction=outbound&outcome=answered`,
    'a client with a manager': () => `${client()}&${manager()}`,
    'a manager, not answered, 20 minutes or longer': () => `${manager()}&outcome=missed&minSeconds=1200`,
    'calls made, not answered, a year': () => `direction=outbound&outcome=missed&${days(365)}`,
    'an hour or longer, a month': () => `minSeconds=3600&${days(30)}`,
  };
}

const since = async (work) => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

/** @returns ms that each request took */
async function timed(api, query, count) {
  const took = [];
  for (let asked = 0; asked < count; asked++) {
    took.push(await since(() => api('GET', `/recordings?limit=50&${query()}`)));
  }
  return took;
}

/** Far down the list: by the cursor that somebody has who has turned so many pages. */
async function timedDeep(api, filters, count) {
  const took = [];
  for (let asked = 0; asked < count; asked++) {
    const filter = anyOf(filters)();
    const to = iso(NOW - any(DAYS) * DAY_MS);
    const { nextCursor } = await api('GET', `/recordings?limit=1&to=${to}&${filter}`);
    if (nextCursor === null) continue;
    took.push(await since(() => api('GET', `/recordings?limit=50&cursor=${nextCursor}&${filter}`)));
  }
  return took;
}

/**
 * Fills the database of a product that runs on an embedded PostgreSQL, with the demo company.
 * @returns how many clients there are, how long it took, and who searches
 */
export async function fill(linekeeper, calls) {
  const { port, password } = JSON.parse(readFileSync(join(linekeeper.dataDir, 'postgres.json'), 'utf8'));
  const url = `postgresql://linekeeper:${password}@127.0.0.1:${port}/linekeeper`;
  const { api } = await signedIn(linekeeper);
  const { groups, begun } = await office(api);
  const sql = new pg.Client({ connectionString: url });
  await sql.connect();
  try {
    const {
      rows: [{ id: companyId }],
    } = await sql.query('SELECT id FROM company');
    const [extensions, numbers] = [
      groups.map(({ memberIds }) => memberIds),
      groups.map(({ number }) => number),
    ];
    const offices = [{ companyId, calls, extensions, numbers }];
    for (const name of ['next door', 'across']) offices.push(await neighbour(sql, name, calls / 20));
    const begin = performance.now();
    const [clients] = await generateCalls(url, offices);
    const supervises = { two: THEIRS.map((at) => groups[at].id), new: [begun.id] };
    for (const [name, ids] of Object.entries(supervises)) {
      const email = `${name}@example.com`;
      await api('POST', '/people', { email, role: 'supervisor', password: PASSWORD, supervises: ids });
    }
    return { clients, fillS: (performance.now() - begin) / 1000 };
  } finally {
    await sql.end();
  }
}

/** @returns ms of every search, by who asks and by kind */
export async function search(linekeeper, clients, { quick }) {
  const managers = GROUPED.flat();
  const theirs = THEIRS.flatMap((group) => GROUPED[group]);
  const others = managers.filter((manager) => !theirs.includes(manager));
  const people = {
    'an administrator': [await signedIn(linekeeper), managers, 30],
    'a supervisor of two groups': [await signedIn(linekeeper, 'two@example.com', PASSWORD), theirs, 15],
    'a supervisor of a new group': [await signedIn(linekeeper, 'new@example.com', PASSWORD), [BEGINNER], 15],
  };
  const found = {};
  for (const [who, [{ api }, known, times]] of Object.entries(people)) {
    const count = quick ? times / 3 : times;
    const kinds = searches(clients, known);
    if (known !== managers) kinds['a manager of other groups'] = () => `manager=${anyOf(others)}`;
    for (const [name, query] of Object.entries(kinds))
      found[`${who}: ${name}`] = await timed(api, query, count);
    found[`${who}: deep down`] = await timedDeep(
      api,
      [() => '', kinds['a manager'], kinds['calls made']],
      count,
    );
  }
  return found;
}

/** @param linekeeper running on an embedded PostgreSQL, with the demo company */
export async function benchSearch(linekeeper, options) {
  const calls = options.quick ? 100_000 : 1_000_000;
  const { clients, fillS } = await fill(linekeeper, calls);
  say(`${calls} calls with recordings are there after ${Math.round(fillS)} s`);
  const found = await search(linekeeper, clients, options);
  return {
    calls,
    fillS,
    allMs: spreadOf(Object.values(found).flat()),
    eachMs: Object.fromEntries(Object.entries(found).map(([name, took]) => [name, spreadOf(took)])),
  };
}
