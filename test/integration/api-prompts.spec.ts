import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { wavHeader } from '../../src/common/wav-header.js';
import { Prompts } from '../../src/media/prompts.js';
import { Api } from '../support/api.js';
import { readWav, tonesIn } from '../support/tones.js';

const ADMIN = 'admin@example.com';
const TONE = 600;

/** A tone of 16 bit in every channel. */
function wav(rate: number, { seconds = 1, channels = 1, hz = TONE } = {}): Buffer {
  const data = Buffer.alloc(rate * seconds * channels * 2);
  for (let at = 0; at < data.length / 2; at++) {
    const time = Math.floor(at / channels) / rate;
    data.writeInt16LE(Math.round(12_000 * Math.sin(2 * Math.PI * hz * time)), at * 2);
  }
  return Buffer.concat([wavHeader(channels, rate, data.length), data]);
}

describe('prompts', () => {
  let api: Api;
  beforeAll(async () => {
    api = await Api.start();
  }, 60_000);
  afterAll(() => api.close());

  const put = async (path: string, body: Buffer | ReadableStream, type = 'audio/wav') => {
    const response = await fetch(`${api.web}/api/v1/prompts/${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${await api.token(ADMIN)}`, 'content-type': type },
      body: body as never,
      duplex: 'half',
    } as RequestInit);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const list = async () => (await api.as(ADMIN, 'GET', '/prompts')).body.items as Record<string, unknown>[];
  const ownFiles = () => readdirSync(join(api.dataDir, 'prompts'));

  test.each([
    ['8 kHz', 8000, 1],
    ['16 kHz', 16_000, 1],
    ['44.1 kHz in stereo', 44_100, 2],
    ['48 kHz', 48_000, 1],
  ])('of %s are uploaded, made 8 kHz and mono, heard again and used', async (_, rate, channels) => {
    const { status, body } = await put('en/holidays', wav(rate, { channels }));
    expect({ status, body }).toEqual({
      status: 200,
      body: { language: 'en', name: 'holidays', durationMs: 1000, own: true, greets: [] },
    });
    const heard = await api.as(ADMIN, 'GET', '/prompts/en/holidays/audio');
    expect(heard.headers.get('content-type')).toMatch(/^audio\/wav/);
    const sound = heard.body as Buffer;
    expect([sound.readUInt16LE(22), sound.readUInt32LE(24), sound.readUInt16LE(34)]).toEqual([1, 8000, 16]);
    expect(tonesIn(readWav(sound)[0]!, [TONE, 950, 1150])).toEqual([TONE]);
    const used = api.app.get(Prompts).get('holidays', 'en', api.companyId);
    expect(readFileSync(used?.path as string)).toEqual(sound);
    expect(ownFiles()).toHaveLength(1);
  });

  test('what telephones cannot carry does not come back as another tone', async () => {
    await put('en/high', wav(48_000, { hz: 7_000 }));
    const sound = (await api.as(ADMIN, 'GET', '/prompts/en/high/audio')).body as Buffer;
    const loudest = Math.max(
      ...Array.from({ length: 4000 }, (_, at) => Math.abs(sound.readInt16LE(44 + (2000 + at) * 2))),
    );
    expect(loudest).toBeLessThan(120); // 40 dB below
    await api.as(ADMIN, 'DELETE', '/prompts/en/high');
  });

  test('those of the product are listed, heard, replaced by the company’s own, and there again after it', async () => {
    const [mine] = await list();
    expect(mine).toMatchObject({ name: 'holidays', own: true });
    expect(await list()).toContainEqual(
      expect.objectContaining({ name: 'greeting', language: 'en', own: false }),
    );
    const before = (await api.as(ADMIN, 'GET', '/prompts/en/greeting/audio')).body as Buffer;
    await put('en/greeting', wav(8000));
    expect((await api.as(ADMIN, 'GET', '/prompts/en/greeting/audio')).body).not.toEqual(before);
    expect((await api.as(ADMIN, 'DELETE', '/prompts/en/greeting')).status).toBe(204);
    expect((await api.as(ADMIN, 'GET', '/prompts/en/greeting/audio')).body).toEqual(before);
    expect((await api.as(ADMIN, 'DELETE', '/prompts/en/greeting')).status).toBe(404);
  });

  test('one that greets callers stays until another does', async () => {
    const numbers = (await api.as(ADMIN, 'GET', '/company-numbers')).body.items;
    await api.as(ADMIN, 'PATCH', `/company-numbers/${numbers[0].id}`, { greeting: 'holidays' });
    const { status, body } = await api.as(ADMIN, 'DELETE', '/prompts/en/holidays');
    expect({ status, detail: body.detail }).toEqual({
      status: 409,
      detail: expect.stringContaining('+74950000100 greets its callers with it'),
    });
    await api.as(ADMIN, 'PATCH', `/company-numbers/${numbers[0].id}`, { greeting: null });
    expect((await api.as(ADMIN, 'DELETE', '/prompts/en/holidays')).status).toBe(204);
    expect(ownFiles()).toEqual([]);
  });

  test('each upload and removal is in the ledger', async () => {
    const rows = await api.sql.query<{ payload: { action: string; fields: object } }>(
      `SELECT payload FROM ledger_entry WHERE payload ->> 'what' = 'prompt' ORDER BY seq`,
    );
    expect(rows[0]?.payload).toMatchObject({
      action: 'created',
      fields: { language: 'en', name: 'holidays', durationMs: 1000 },
    });
    expect(rows.at(-1)?.payload).toMatchObject({ action: 'removed', fields: { name: 'holidays' } });
  });

  const cut = wav(8000).subarray(0, 30);
  const strange = Buffer.concat([wavHeader(1, 8000, 800), Buffer.alloc(16_000)]);
  strange.writeUInt16LE(0x55, 20); // MP3 in a WAV's clothes
  test.each([
    ['a text', Buffer.from('hello, I am a sound'), 'is no WAV file'],
    ['an empty file', Buffer.alloc(0), 'is no WAV file'],
    ['a header cut short', cut, 'is no WAV file'],
    ['MP3 in a WAV', strange, 'encoding'],
    ['a sound too long', wav(8000, { seconds: 121 }), '120 s at most'],
    ['a sound too short', wav(8000, { seconds: 0.1 }), 'shorter'],
    ['silence', Buffer.concat([wavHeader(1, 8000, 16_000), Buffer.alloc(16_000)]), 'silent'],
    ['4 kHz', wav(4000), '8000'],
  ])('%s is refused, and what is wrong is said', async (_, file, message) => {
    const { status, body } = await put('en/wrong', file);
    expect({ status, errors: body['errors'] }).toEqual({
      status: 400,
      errors: [{ field: 'sound', message: expect.stringContaining(message) }],
    });
  });

  test('what is too large is refused before it is read, and where it does not say so, while it is', async () => {
    const large = Buffer.alloc(25 * 1024 * 1024);
    expect((await put('en/large', large)).status).toBe(413);
    const unsaid = new ReadableStream({
      start(controller) {
        for (let at = 0; at < 25; at++) controller.enqueue(large.subarray(0, 1024 * 1024));
        controller.close();
      },
    });
    expect((await put('en/large', unsaid)).status).toBe(413);
  });

  test.each(['en/..%2F..%2Fetc', '..%2Fen/greeting', 'en/Greeting', 'xx/greeting', 'en/a%00b'])(
    'a path in a name is no name: %s',
    async (path) => {
      expect((await put(path, wav(8000))).status).toBe(400);
      expect((await api.as(ADMIN, 'GET', `/prompts/${path}/audio`)).status).toBe(400);
      expect((await api.as(ADMIN, 'DELETE', `/prompts/${path}`)).status).toBe(400);
    },
  );

  test('forms of other sites cannot upload, nor can managers and supervisors', async () => {
    expect((await put('en/form', wav(8000), 'text/plain')).status).toBe(415);
    for (const who of ['manager1@example.com', 'supervisor@example.com'] as const) {
      expect((await api.as(who, 'PUT', '/prompts/en/mine', {})).status).toBe(403);
      expect((await api.as(who, 'DELETE', '/prompts/en/greeting')).status).toBe(403);
    }
    expect((await api.as('manager1@example.com', 'GET', '/prompts')).status).toBe(403);
  });
});
