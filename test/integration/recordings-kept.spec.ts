import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clock } from '../../src/common/clock.js';
import { RecurringJobs } from '../../src/jobs/recurring-jobs.js';
import { Api } from '../support/api.js';
import { RawRecordings, stereoWav } from '../support/recordings.js';
import { until } from '../support/until.js';

const DAY_MS = 24 * 3600_000;
const WAV = stereoWav(1000, 440, 660);
const longAgo = new Date(Date.now() - 40 * DAY_MS).toISOString();

describe('how long recordings are kept', () => {
  let api: Api;
  let raw: RawRecordings;
  let clientId: string;
  let callId: string;
  let codes = 50_000;

  beforeAll(async () => {
    api = await Api.start();
    raw = new RawRecordings(api);
  }, 60_000);
  afterAll(() => api.close());
  beforeEach(async () => {
    clientId = await api.client(String(codes++));
    callId = await api.call({ clientId, manager: '101', rung: ['101'] });
  });

  const admin = (method: string, path: string, body?: unknown) =>
    api.as('admin@example.com', method, path, body);
  const view = async (id: string) => (await admin('GET', `/recordings/${id}`)).body;
  const tombstones = async (id: string) =>
    (await api.entries('recording.deleted')).filter(({ payload }) => payload['recordingId'] === id);
  const keys = (id: string) => api.sql.query('SELECT 1 FROM recording_file WHERE recording_id = $1', [id]);
  const retain = async () => {
    await raw.run('recording.retention');
    await raw.runDue();
  };

  it('one whose time is over loses key and files; its hash stays, and what is not due stays whole', async () => {
    const due = await raw.stored({ callId, segments: [WAV], startedAt: longAgo, retentionDays: 30 });
    const { sha256 } = await view(due);
    const otherCall = await api.call({ clientId, manager: '101' });
    const kept = await raw.stored({
      callId: otherCall,
      segments: [WAV],
      startedAt: longAgo,
      retentionDays: 60,
    });
    const before = raw.files().length;
    const own = (await keys(due)).length;
    await retain();
    expect(await view(due)).toMatchObject({ state: 'deleted', sha256, forms: [], deleted: { by: 'system' } });
    expect(await keys(due)).toEqual([]);
    expect(raw.files()).toHaveLength(before - own);
    expect((await admin('GET', `/recordings/${due}/audio`)).status).toBe(410);
    expect((await admin('GET', `/recordings/${due}/peaks`)).status).toBe(404);
    expect(await tombstones(due)).toEqual([
      { actor: 'system', call_id: callId, payload: { recordingId: due, sha256, reason: 'retention' } },
    ]);
    expect((await admin('GET', `/recordings/${kept}/audio`)).status).toBe(200);
  });

  it('nobody has to ask for that: every hour has a job that does it, once', async () => {
    const jobs = async () =>
      (await api.sql.query(`SELECT id FROM outbox_job WHERE kind = 'recording.retention'`)).length;
    const recurring = api.app.get(RecurringJobs);
    await recurring.look();
    await raw.stored({ callId, segments: [WAV] }); // and what the jobs of this hour have to do
    const due = await raw.stored({ callId, segments: [WAV], startedAt: longAgo, retentionDays: 30 });
    const before = await jobs();
    const realNow = clock.now;
    clock.now = () => realNow() + 3600_000;
    try {
      await recurring.look();
      await recurring.look();
      expect((await jobs()) - before).toBe(1);
      await until('it is deleted', async () => {
        await raw.runDue();
        return (await view(due)).state === 'deleted';
      });
    } finally {
      clock.now = realNow;
    }
  });

  it('a rule’s new retention holds for what it recorded before', async () => {
    const rule = (
      await admin('POST', '/recording-rules', { position: 5, name: 'dated anew', retentionDays: 365 })
    ).body;
    const id = await raw.stored({ callId, segments: [WAV], startedAt: longAgo, retentionDays: 365 });
    await api.sql.query('UPDATE recording SET rule_id = $2 WHERE id = $1', [id, rule.id]);
    await retain();
    expect((await view(id)).state).toBe('stored');
    expect((await admin('PATCH', `/recording-rules/${rule.id}`, { retentionDays: 30 })).status).toBe(200);
    await retain();
    expect((await view(id)).state).toBe('deleted');
    expect((await admin('DELETE', `/recording-rules/${rule.id}`)).status).toBe(204);
  });

  it.each(['callId', 'clientId'] as const)(
    'a legal hold by %s keeps it from retention and from people',
    async (by) => {
      const id = await raw.stored({ callId, segments: [WAV], startedAt: longAgo, retentionDays: 30 });
      const placed = await admin('POST', '/recording-holds', {
        [by]: by === 'callId' ? callId : clientId,
        reason: 'a court asks for it',
      });
      expect(placed.status).toBe(201);
      await retain();
      expect(await view(id)).toMatchObject({ state: 'stored', onHold: true });
      const refused = await admin('POST', `/recordings/${id}/deletion`, { reason: 'the client asks for it' });
      expect([refused.status, refused.body.type]).toEqual([409, 'urn:linekeeper:problem:on-hold']);
      const lifted = await admin('POST', `/recording-holds/${placed.body.id}/lift`, {
        reason: 'the case is over',
      });
      expect(lifted.body.lifted).toMatchObject({ reason: 'the case is over' });
      expect(
        (await admin('POST', `/recording-holds/${placed.body.id}/lift`, { reason: 'again' })).status,
      ).toBe(409);
      await retain();
      expect((await view(id)).state).toBe('deleted');
      const kinds = await api.sql.query(
        `SELECT kind FROM ledger_entry WHERE kind IN ('recording.held', 'recording.released')
       AND (call_id = $1 OR client_id = $2) ORDER BY seq`,
        [callId, clientId],
      );
      expect(kinds).toEqual([{ kind: 'recording.held' }, { kind: 'recording.released' }]);
    },
  );

  it('a person deletes one with a right and a reason, and with it its notes', async () => {
    const id = await raw.stored({ callId, segments: [WAV] });
    await admin('POST', `/recordings/${id}/notes`, { atMs: 500, text: 'he says no' });
    const supervisor = await api.as('supervisor@example.com', 'POST', `/recordings/${id}/deletion`, {
      reason: 'because',
    });
    expect(supervisor.status).toBe(403);
    expect((await admin('POST', `/recordings/${id}/deletion`, {})).status).toBe(400);
    const { body } = await admin('POST', `/recordings/${id}/deletion`, { reason: 'the client asks for it' });
    const me = (await admin('GET', '/me')).body;
    expect(body).toMatchObject({
      state: 'deleted',
      deleted: { by: `user:${me.id}`, reason: 'the client asks for it' },
    });
    expect(await tombstones(id)).toMatchObject([
      { actor: `user:${me.id}`, payload: { reason: 'the client asks for it' } },
    ]);
    expect((await admin('GET', `/recordings/${id}/notes`)).body.items).toEqual([]);
    expect((await admin('POST', `/recordings/${id}/deletion`, { reason: 'once more' })).status).toBe(409);
  });

  it('ten thousand due at once are gone by the end of one run, each with its tombstone', async () => {
    const many = 10_000;
    const folder = join(api.companyId, '2025-01-01');
    mkdirSync(join(raw.folder, folder), { recursive: true });
    const rows = await api.sql.query<{ id: string; path: string }>(
      `WITH made AS (
         INSERT INTO recording (id, company_id, call_id, state, started_at, ended_at, duration_ms, sha256, direction,
           retention_days, delete_after)
         SELECT gen_random_uuid(), $1, $2, 'stored', now() - interval '9 days', now() - interval '9 days', 1000,
           sha256(n::text::bytea), 'inbound', 1, now() - interval '8 days' FROM generate_series(1, $3::int) n
         RETURNING id)
       INSERT INTO recording_file (id, company_id, recording_id, form, path, content_type, size_bytes, sha256, key_sealed)
         SELECT gen_random_uuid(), $1, id, 'original', $4 || '/' || id || '.sealed', 'audio/wav', 1, ''::bytea, ''::bytea
         FROM made RETURNING recording_id AS id, path`,
      [api.companyId, callId, many, folder],
    );
    for (const { path } of rows) writeFileSync(join(raw.folder, path), '');
    const before = (await api.entries('recording.deleted')).length;
    await retain();
    const [left] = await api.sql.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM recording r LEFT JOIN recording_file f ON f.recording_id = r.id
       WHERE r.call_id = $1 AND (r.state <> 'deleted' OR f.id IS NOT NULL)`,
      [callId],
    );
    expect(left!.n).toBe(0);
    expect(raw.files().filter((path) => path.startsWith(folder))).toEqual([]);
    expect((await api.entries('recording.deleted')).length - before).toBe(many);
    const [ledger] = await api.sql.query<{ n: number; last: string }>(
      'SELECT count(*)::int AS n, max(seq) + 1 AS last FROM ledger_entry WHERE company_id = $1',
      [api.companyId],
    );
    expect(Number(ledger!.last)).toBe(ledger!.n);
  }, 120_000);
});

describe('finding recordings, and notes at them', () => {
  let api: Api;
  let raw: RawRecordings;
  let id: string;

  beforeAll(async () => {
    api = await Api.start();
    raw = new RawRecordings(api);
    const anna = await api.client('61001', 'Anton');
    const callId = await api.call({ clientId: anna, manager: '101', rung: ['101'] });
    id = await raw.stored({ callId, segments: [WAV], startedAt: '2026-03-01T10:00:00.000Z' });
    const other = await api.call({ clientId: await api.client('61002'), manager: '102', rung: ['102'] });
    await raw.stored({
      callId: other,
      segments: [stereoWav(5000, 440, 660)],
      startedAt: '2026-03-02T10:00:00.000Z',
    });
  }, 60_000);
  afterAll(() => api.close());

  const find = async (
    query: string,
    who: 'admin@example.com' | 'manager1@example.com' = 'admin@example.com',
  ) => {
    const { status, body } = await api.as(who, 'GET', `/recordings?${query}`);
    return status === 200 ? body.items.map((one: { client: { code: string } }) => one.client.code) : status;
  };

  it.each<[string, string[] | number]>([
    ['', ['61002', '61001']],
    ['from=2026-03-02T00:00:00Z', ['61002']],
    ['to=2026-03-02T00:00:00Z', ['61001']],
    ['manager=101', ['61001']],
    ['manager=999', []],
    ['clientCode=61002', ['61002']],
    ['direction=inbound', ['61002', '61001']],
    ['direction=outbound', []],
    ['outcome=answered&minSeconds=2', ['61002']],
    ['maxSeconds=2', ['61001']],
    ['minSeconds=0&maxSeconds=1', ['61001']],
    ['outcome=missed', []],
    ['state=deleted', []],
    ['direction=sideways', 400],
    ['minSeconds=-1', 400],
    ['from=yesterday', 400],
  ])('by "%s" gives %j', async (query, found) => {
    expect(await find(query)).toEqual(found);
  });

  it('page by page, each once; a manager finds his own', async () => {
    const first = (await api.as('admin@example.com', 'GET', '/recordings?limit=1')).body;
    const rest = (await api.as('admin@example.com', 'GET', `/recordings?limit=1&cursor=${first.nextCursor}`))
      .body;
    expect([first, rest].map((page) => page.items[0].client.code)).toEqual(['61002', '61001']);
    expect(await find('', 'manager1@example.com')).toEqual(['61001']);
  });

  it('notes stand at their moment, and go by who wrote them', async () => {
    const notes = `/recordings/${id}/notes`;
    const late = await api.as('manager1@example.com', 'POST', notes, { atMs: 900, text: ' agrees ' });
    const early = await api.as('supervisor@example.com', 'POST', notes, { atMs: 100, text: 'greets' });
    expect([late.status, late.body.text, early.status]).toEqual([201, 'agrees', 201]);
    const { body } = await api.as('manager1@example.com', 'GET', notes);
    expect(body.items.map((note: { text: string; author: string }) => [note.text, note.author])).toEqual([
      ['greets', 'supervisor@example.com'],
      ['agrees', 'manager1@example.com'],
    ]);
    expect((await api.as('manager1@example.com', 'DELETE', `${notes}/${early.body.id}`)).status).toBe(403);
    expect((await api.as('manager1@example.com', 'DELETE', `${notes}/${late.body.id}`)).status).toBe(204);
    expect((await api.as('admin@example.com', 'DELETE', `${notes}/${early.body.id}`)).status).toBe(204);
    expect((await api.as('admin@example.com', 'DELETE', `${notes}/${early.body.id}`)).status).toBe(404);
    const written = await api.sql.query(
      `SELECT payload::text FROM ledger_entry WHERE kind LIKE 'recording.note%'`,
    );
    expect(written).toHaveLength(4);
    expect(JSON.stringify(written)).not.toContain('agrees');
  });

  it.each([
    [{ atMs: 1001, text: 'past the end' }, 'atMs'],
    [{ atMs: -1, text: 'before the beginning' }, 'atMs'],
    [{ atMs: 1, text: '  ' }, 'text'],
    [{ atMs: 'x', text: 'nowhere' }, 'atMs'],
  ])('no note %j', async (note, field) => {
    const { status, body } = await api.as('admin@example.com', 'POST', `/recordings/${id}/notes`, note);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });
});
