import { createHash } from 'node:crypto';
import { truncateSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clock } from '../../src/common/clock.js';
import { OpusEncoder } from '../../src/recordings/opus-encoder.js';
import { Api } from '../support/api.js';
import { RawRecordings, stereoWav } from '../support/recordings.js';

const WAV = stereoWav(2000, 440, 660);
const SHA256 = createHash('sha256').update(WAV).digest('hex');

describe('recordings', () => {
  let api: Api;
  let raw: RawRecordings;
  let id: string;
  let callId: string;
  let clientId: string;
  const realNow = clock.now;

  beforeAll(async () => {
    api = await Api.start();
    raw = new RawRecordings(api);
    // As on a machine without an encoder: the WAV is what is played.
    Object.defineProperty(api.app.get(OpusEncoder, { strict: false }), 'isThere', { value: false });
  }, 60_000);
  afterAll(() => api.close());
  let callsMade = 10_000;
  const call = async (): Promise<void> => {
    clientId = await api.client(String(callsMade++));
    callId = await api.call({ clientId, manager: '101', rung: ['101'] });
  };
  beforeEach(async () => {
    await call();
    id = await raw.stored({ callId, segments: [WAV] });
  });
  afterEach(() => (clock.now = realNow));

  const entriesOf = async (kind: string) =>
    (await api.entries(kind)).filter(({ payload }) => payload['recordingId'] === id);
  const plays = () => entriesOf('recording.played');
  const play = (range?: string, headers: Record<string, string> = {}, query = '') =>
    api.as('manager1@example.com', 'GET', `/recordings/${id}/audio${query}`, undefined, {
      ...(range !== undefined && { range }),
      ...headers,
    });

  test('are described without a path, to those whose call it was', async () => {
    const { body } = await api.as('manager1@example.com', 'GET', `/recordings/${id}`);
    expect(body).toEqual({
      id,
      callId,
      direction: 'inbound',
      companyNumber: '+74950000100',
      outcome: 'answered',
      client: { id: clientId, code: String(callsMade - 1), name: null },
      manager: { number: '101', name: 'Anna' },
      state: 'stored',
      startedAt: expect.stringMatching(/Z$/),
      endedAt: expect.stringMatching(/Z$/),
      durationMs: 2000,
      sizeBytes: WAV.length,
      sha256: SHA256,
      forms: ['original'],
      silent: [],
      missingMs: null,
      segments: [{ startedAt: body.startedAt, offsetMs: 0, durationMs: 2000 }],
      pauses: [],
      deleteAfter: null,
      onHold: false,
      deleted: null,
    });
    const list = await api.as('manager1@example.com', 'GET', `/recordings?callId=${callId}`);
    expect(list.body.items).toEqual([body]);
    for (const part of ['', '/audio', '/peaks', '/notes']) {
      expect((await api.as('manager2@example.com', 'GET', `/recordings/${id}${part}`)).status).toBe(404);
    }
    expect(await plays()).toEqual([]);
  });

  test('play whole, and the play is written before the first byte', async () => {
    const { status, body, headers } = await play();
    expect(status).toBe(200);
    expect(WAV.equals(body)).toBe(true);
    expect(headers.get('content-type')).toBe('audio/wav');
    expect(headers.get('accept-ranges')).toBe('bytes');
    expect(headers.get('content-disposition')).toBe(`inline; filename="${id}.wav"`);
    const me = (await api.as('manager1@example.com', 'GET', '/me')).body;
    expect(await plays()).toEqual([
      { actor: `user:${me.id}`, call_id: callId, payload: { recordingId: id } },
    ]);
  });

  test('play in ranges, and one play is one entry', async () => {
    const first = await play('bytes=0-999');
    expect(first.status).toBe(206);
    expect(first.headers.get('content-range')).toBe(`bytes 0-999/${WAV.length}`);
    expect(WAV.subarray(0, 1000).equals(first.body)).toBe(true);
    const middle = await play('bytes=1000-30999');
    expect(WAV.subarray(1000, 31_000).equals(middle.body)).toBe(true);
    const end = await play('bytes=-1000');
    expect(WAV.subarray(-1000).equals(end.body)).toBe(true);
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
    const { status, headers, body } = await play(`bytes=${WAV.length}-`);
    expect([status, body.status]).toEqual([416, 416]);
    expect(headers.get('content-range')).toBe(`bytes */${WAV.length}`);
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
    expect(headers.get('content-length')).toBe(String(WAV.length));
    expect(headers.get('content-type')).toBe('audio/wav');
    expect(await plays()).toEqual([]);
  });

  test('are downloaded with a right of its own, and each download is written', async () => {
    expect((await play(undefined, {}, '?download=1')).status).toBe(403);
    const { status, body, headers } = await api.as(
      'supervisor@example.com',
      'GET',
      `/recordings/${id}/audio?download=1&form=original`,
    );
    expect(status).toBe(200);
    expect(WAV.equals(body)).toBe(true);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${id}.wav"`);
    expect(await entriesOf('recording.downloaded')).toMatchObject([
      { call_id: callId, payload: { recordingId: id, form: 'original' } },
    ]);
    expect(await plays()).toEqual([]);
  });

  test('show the waveform of each party', async () => {
    const { status, body } = await api.as('manager1@example.com', 'GET', `/recordings/${id}/peaks`);
    expect(status).toBe(200);
    expect(body.durationMs).toBe(2000);
    expect([body.client.length, body.manager.length]).toEqual([1000, 1000]);
    for (const peak of [...body.client.slice(1), ...body.manager.slice(1)])
      expect(peak).toBeCloseTo(0.245, 1);
  });

  test.each([
    ['recording', 409],
    ['missing', 404],
    ['deleted', 410],
  ])('in state %s answer %i', async (state, status) => {
    await call();
    id = await raw.add({ callId, segments: [], state });
    expect((await play()).status).toBe(status);
    expect((await api.as('manager1@example.com', 'HEAD', `/recordings/${id}/audio`)).status).toBe(status);
    expect(await plays()).toEqual([]);
  });

  const onDisk = async () => {
    const [{ path }] = (await api.sql.query('SELECT path FROM recording_file WHERE recording_id = $1', [
      id,
    ])) as [{ path: string }];
    return join(raw.folder, path);
  };

  test('whose file was cut short, or led out of the folder, are not there', async () => {
    const path = await onDisk();
    truncateSync(path, 5000);
    expect((await play()).body).toMatchObject({
      status: 404,
      type: expect.stringMatching('recording-missing'),
    });
    await api.sql.query(`UPDATE recording_file SET path = '../data.key' WHERE recording_id = $1`, [id]);
    expect((await play()).status).toBe(400);
    expect(await plays()).toEqual([]);
  });

  test('whose file was changed give not one byte of what was changed', async () => {
    const path = await onDisk();
    const file = readFileSync(path);
    file.writeUInt8(file.readUInt8(30_000) ^ 1, 30_000);
    writeFileSync(path, file);
    await expect(play()).rejects.toThrow();
  });

  test.each(['..%2F..%2Fdata.key', '..%5c..', 'x', '00000000-0000-0000-0000-00000000000'])(
    'have no path in their id: %s',
    async (wrong) => {
      for (const part of ['', '/audio', '/peaks', '/notes']) {
        const { status } = await api.as('admin@example.com', 'GET', `/recordings/${wrong}${part}`);
        expect([400, 404]).toContain(status);
      }
    },
  );
});
