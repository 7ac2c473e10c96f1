import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clock } from '../../src/common/clock.js';
import { newId } from '../../src/common/ids.js';
import { Api } from '../support/api.js';

const AUDIO = Buffer.from(Array.from({ length: 5000 }, (_, at) => at % 251));

describe('recordings', () => {
  let api: Api;
  let id: string;
  let callId: string;
  const realNow = clock.now;

  beforeAll(async () => {
    api = await Api.start();
  }, 60_000);
  afterAll(() => api.close());
  beforeEach(async () => {
    callId = await api.call({
      clientId: await api.client(String(callsMade++)),
      manager: '101',
      rung: ['101'],
    });
    id = await recording('stored', 'kept.wav');
  });
  afterEach(() => (clock.now = realNow));

  let callsMade = 10_000;
  const recording = async (state: string, name: string): Promise<string> => {
    const recordingId = newId();
    mkdirSync(join(api.dataDir, 'recordings'), { recursive: true });
    if (state === 'stored') writeFileSync(join(api.dataDir, 'recordings', name), AUDIO);
    await api.sql.query(
      `INSERT INTO recording (id, company_id, call_id, path, state, started_at, ended_at, duration_ms, size_bytes, sha256)
       VALUES ($1, $2, $3, $4, $5, now(), now(), 17000, $6, $7)`,
      [
        recordingId,
        api.companyId,
        callId,
        name,
        state,
        AUDIO.length,
        createHash('sha256').update(AUDIO).digest(),
      ],
    );
    return recordingId;
  };
  const plays = async () =>
    (await api.entries('recording.played')).filter(({ payload }) => payload['recordingId'] === id);
  const play = (range?: string, headers: Record<string, string> = {}) =>
    api.as('manager1@example.com', 'GET', `/recordings/${id}/audio`, undefined, {
      ...(range !== undefined && { range }),
      ...headers,
    });

  test('are described without a path, to those whose call it was', async () => {
    const { body } = await api.as('manager1@example.com', 'GET', `/recordings/${id}`);
    expect(body).toEqual({
      id,
      callId,
      client: { id: expect.any(String), code: String(callsMade - 1), name: null },
      manager: { number: '101', name: 'Anna' },
      state: 'stored',
      startedAt: expect.stringMatching(/Z$/),
      endedAt: expect.stringMatching(/Z$/),
      durationMs: 17_000,
      sizeBytes: AUDIO.length,
      sha256: createHash('sha256').update(AUDIO).digest('hex'),
    });
    const list = await api.as('manager1@example.com', 'GET', `/recordings?callId=${callId}`);
    expect(list.body.items).toEqual([body]);
    expect((await api.as('manager2@example.com', 'GET', `/recordings/${id}`)).status).toBe(404);
    expect((await api.as('manager2@example.com', 'GET', `/recordings/${id}/audio`)).status).toBe(404);
    expect(await plays()).toEqual([]);
  });

  test('play whole, and the play is written before the first byte', async () => {
    const { status, body, headers } = await play();
    expect(status).toBe(200);
    expect(AUDIO.equals(body)).toBe(true);
    expect(headers.get('content-type')).toBe('audio/wav');
    expect(headers.get('accept-ranges')).toBe('bytes');
    const me = (await api.as('manager1@example.com', 'GET', '/me')).body;
    expect(await plays()).toEqual([
      { actor: `user:${me.id}`, call_id: callId, payload: { recordingId: id } },
    ]);
  });

  test('play in ranges, and one play is one entry', async () => {
    const first = await play('bytes=0-999');
    expect(first.status).toBe(206);
    expect(first.headers.get('content-range')).toBe('bytes 0-999/5000');
    expect(AUDIO.subarray(0, 1000).equals(first.body)).toBe(true);
    const middle = await play('bytes=1000-3999');
    expect(AUDIO.subarray(1000, 4000).equals(middle.body)).toBe(true);
    const end = await play('bytes=-1000');
    expect(end.headers.get('content-range')).toBe('bytes 4000-4999/5000');
    expect(await plays()).toHaveLength(1);
  });

  test('a later start from the beginning is another play, and so is every whole fetch', async () => {
    await play('bytes=0-');
    clock.now = () => realNow() + 60_000;
    await play('bytes=2000-');
    expect(await plays()).toHaveLength(1);
    await play('bytes=0-');
    expect(await plays()).toHaveLength(2);
    await play();
    expect(await plays()).toHaveLength(3);
  });

  test('that begin in the middle are written all the same', async () => {
    await play('bytes=2000-');
    expect(await plays()).toHaveLength(1);
  });

  test('answer 416 with their size to a range beyond their end, and that is no play', async () => {
    const { status, headers, body } = await play('bytes=5000-');
    expect([status, body.status]).toEqual([416, 416]);
    expect(headers.get('content-range')).toBe('bytes */5000');
    expect(await plays()).toEqual([]);
  });

  test('go out whole to a client that has another version', async () => {
    const { headers } = await play('bytes=0-9');
    const same = { 'If-Range': headers.get('etag') as string };
    expect((await play('bytes=10-19', same)).status).toBe(206);
    expect((await play('bytes=10-19', { 'If-Range': '"another"' })).status).toBe(200);
  });

  test('tell their size to HEAD, which is no play', async () => {
    const { status, headers } = await api.as('manager1@example.com', 'HEAD', `/recordings/${id}/audio`);
    expect(status).toBe(200);
    expect(headers.get('content-length')).toBe('5000');
    expect(headers.get('content-type')).toBe('audio/wav');
    expect(await plays()).toEqual([]);
  });

  test.each([
    ['recording', 'live.wav', 409],
    ['missing', 'gone.wav', 404],
    ['stored', '../data.key', 404],
  ])('in state %s at %s answer %i', async (state, name, status) => {
    id = await recording(state, name);
    expect((await play()).status).toBe(status);
    expect((await api.as('manager1@example.com', 'HEAD', `/recordings/${id}/audio`)).status).toBe(status);
    expect(await plays()).toEqual([]);
  });
});
