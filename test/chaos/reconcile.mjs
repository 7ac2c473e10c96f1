// SIPp's count against the ledger, entry by entry, and what is left of any call.
import pg from 'pg';
import { Sealer } from '../../dist/common/sealer.js';
import { leafOf } from '../../dist/ledger/leaf.js';
import { treeHash } from '../../dist/ledger/merkle.js';
import { openFilesOf } from './processes.mjs';

/** Gauges that are 0 when no call is there. */
const GAUGES = [
  'linekeeper_live_calls',
  'linekeeper_live_legs',
  'linekeeper_sip_dialogs',
  'linekeeper_sip_pending_invites',
  'linekeeper_ledger_spool_depth',
];

/** Statuses a SIP server gives by itself to an INVITE that no control plane was there to answer. */
const OF_THE_SERVER = new Set([408, 480, 481, 487, 500, 503]);

const isoOf = (date) => date.toISOString();

async function withDatabase(url, use) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  // One picture of it all, whatever is still being written.
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    return await use(async (text, values) => (await client.query(text, values)).rows);
  } finally {
    await client.end();
  }
}

export async function gaugesOf(web) {
  const text = await (await fetch(`${web}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
  const value = (pattern) => Number(new RegExp(`^${pattern} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    ...Object.fromEntries(GAUGES.map((name) => [name, value(name)])),
    timers: value('nodejs_active_resources\\{type="Timeout"\\}'),
  };
}

/** What is still there of any call; empty when all is at rest. */
export async function leftoversOf({ boxes, recordingsDir, channels, quietTimers }) {
  const left = [];
  for (const web of boxes.webs) {
    const { timers, ...gauges } = await gaugesOf(web);
    for (const [name, value] of Object.entries(gauges)) if (value !== 0) left.push(`${name} is ${value}`);
    if (quietTimers !== undefined && timers > quietTimers)
      left.push(`${timers} timers, ${quietTimers} at the start`);
  }
  for (const file of boxes.setAside()) left.push(`set aside: ${file}`);
  const onMedia = await channels?.();
  if (onMedia) left.push(`${onMedia} channels on the media server`);
  for (const pid of boxes.pids()) {
    left.push(
      ...openFilesOf(pid)
        .filter((file) => file.startsWith(recordingsDir))
        .map((file) => `open: ${file}`),
    );
  }
  await withDatabase(boxes.databaseUrl, async (sql) => {
    for (const [what, query] of Object.entries({
      'calls open in the ledger': 'SELECT count(*)::int AS n FROM call WHERE ended_at IS NULL',
      'jobs undone': 'SELECT count(*)::int AS n FROM outbox_job WHERE done_at IS NULL',
      'recordings not settled': `SELECT count(*)::int AS n FROM recording WHERE state = 'recording'`,
      'calls received and not ended': `SELECT count(*)::int AS n FROM ledger_entry r WHERE r.kind = 'call.received' AND NOT EXISTS
         (SELECT FROM ledger_entry e WHERE e.call_id = r.call_id AND e.kind = 'call.ended')`,
    })) {
      const [{ n }] = await sql(query);
      if (n > 0) left.push(`${n} ${what}`);
    }
  });
  return left;
}

/**
 * Counts and compares.
 * @param records of the carrier, one a call placed
 * @param totals SIPp's own
 * @param downs spans [from, to] in ms since the epoch when no control plane could answer
 * @returns counts, and `losses`: one line for each thing that must not be
 */
export async function reconcile({ databaseUrl, dataKey, records, totals, desks, downs }) {
  const sealer = new Sealer(Buffer.from(dataKey, 'base64'));
  return withDatabase(databaseUrl, async (sql) => {
    const entries = await sql(
      `SELECT e.*, c.number_hash, c.code FROM ledger_entry e LEFT JOIN client c ON c.id = e.client_id
       ORDER BY e.company_id, e.seq`,
    );
    const losses = await provable(sql, entries);
    if (totals.placed !== records.length)
      losses.push(`SIPp counts ${totals.placed} calls placed, its trace has ${records.length}`);
    const byCaller = (kind, hashOf) => {
      const found = new Map();
      for (const entry of entries.filter((one) => one.kind === kind)) {
        const hash = hashOf(entry);
        if (hash) found.set(hash, [...(found.get(hash) ?? []), entry]);
      }
      return found;
    };
    const received = byCaller('call.received', ({ number_hash }) => number_hash?.toString('base64'));
    // A refusal may come before anybody looked who calls, so it is known by its Call-ID.
    const refused = byCaller('call.refused', ({ payload }) => payload.sipCallIdHash);
    let suppressed = entries
      .filter(({ kind }) => kind === 'call.refusals-suppressed')
      .reduce((sum, { payload }) => sum + payload.count, 0);
    const answered = new Set(
      entries.filter(({ kind }) => kind === 'call.answered').map(({ call_id }) => call_id),
    );

    const counts = { sent: records.length, answered: 0, received: 0, refused: 0, missing: 0, twice: 0 };
    counts['by the SIP server alone'] = 0;
    counts['talked, written as unanswered'] = 0;
    const known = new Set();
    const unwritten = [];
    const endings = new Map((await sql('SELECT id, ending FROM call')).map(({ id, ending }) => [id, ending]));
    const untalked = [];
    for (const record of records) {
      const hash = sealer.lookupHash(record.caller).toString('base64');
      known.add(hash);
      const inLedger = received.get(hash) ?? [];
      if (inLedger.length > 1) counts.twice += 1;
      if (!record.responses.some((status) => status > 100)) continue;
      counts.answered += 1;
      if (inLedger.length > 0) {
        counts.received += 1;
        if (record.talked && !inLedger.some(({ call_id }) => answered.has(call_id))) {
          counts['talked, written as unanswered'] += 1;
          untalked.push(endings.get(inLedger[0].call_id) ?? 'open');
        }
      } else if (record.callId && refused.has(sealer.lookupHash(record.callId).toString('base64')))
        counts.refused += 1;
      else if (isOfTheServer(record, downs)) {
        counts['by the SIP server alone'] += 1;
        unwritten.push(`${new Date(record.placedAt).toISOString()} ${record.responses.join(' ')}`);
      } else if (suppressed > 0 && record.responses.includes(503)) {
        suppressed -= 1;
        counts.refused += 1;
      } else {
        counts.missing += 1;
        losses.push(
          `${record.kind}, placed ${new Date(record.placedAt).toISOString()}: answered ${record.responses.join(' ')}, not in the ledger`,
        );
      }
    }
    for (const hash of received.keys())
      if (!known.has(hash)) losses.push('the ledger has a call that nobody placed');
    // Promise 1 as the phones saw it: whoever's code was shown had been written down.
    const codes = new Set(entries.filter(({ kind }) => kind === 'call.received').map(({ code }) => code));
    const shown = desks.flatMap((desk) => desk.shown).filter((user) => /^\d+$/.test(user));
    for (const code of shown)
      if (!codes.has(code)) losses.push(`a phone rang for client ${code} who is not in the ledger`);
    counts['phones rung'] = desks.flatMap((desk) => desk.shown).length;
    const outcomes = await sql(
      `SELECT outcome, ending, count(*)::int AS n FROM call GROUP BY 1, 2 ORDER BY 3 DESC`,
    );
    const recordings = await sql(`SELECT state, count(*)::int AS n FROM recording GROUP BY 1 ORDER BY 1`);
    return { counts, losses, unwritten, untalked, outcomes, recordings, entries: entries.length };
  });
}

/** Nothing but what the SIP server says by itself, and no control plane up at some time of the call. */
function isOfTheServer({ responses, placedAt, overAt = Date.now() }, downs) {
  return (
    responses.every((status) => status === 100 || OF_THE_SERVER.has(status)) &&
    downs.some(([from, to]) => from <= overAt && placedAt <= to)
  );
}

/** Gapless, every leaf the hash of its entry, the tree's root the one that the head says. */
async function provable(sql, entries) {
  const losses = [];
  for (const { company_id, size, root_hash } of await sql(
    'SELECT company_id, size::int, root_hash FROM ledger_head',
  )) {
    const own = entries.filter((entry) => entry.company_id === company_id);
    if (own.length !== size) losses.push(`the head says ${size} entries, there are ${own.length}`);
    own.forEach((entry, index) => {
      if (Number(entry.seq) !== index)
        losses.push(`a gap in the ledger: entry ${entry.seq} stands at ${index}`);
      if (!leafOf(asWritten(entry)).equals(entry.leaf_hash))
        losses.push(`entry ${entry.seq} is not what its leaf says`);
    });
    if (!treeHash(own.map(({ leaf_hash }) => leaf_hash)).equals(root_hash))
      losses.push('the Merkle root is another');
  }
  return losses;
}

const asWritten = (row) => ({
  companyId: row.company_id,
  seq: Number(row.seq),
  id: row.entry_id,
  at: isoOf(row.at),
  kind: row.kind,
  callId: row.call_id,
  clientId: row.client_id,
  actor: row.actor,
  payload: row.payload,
});
