import { jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { clock } from '../../src/common/clock.js';
import { OpusEncoder } from '../../src/recordings/opus-encoder.js';
import { OpusLater } from '../../src/recordings/opus-later.js';
import { Api } from '../support/api.js';
import { RawRecordings, stereoWav } from '../support/recordings.js';
import { describeWith } from '../support/requirements.js';
import { until } from '../support/until.js';

jest.setTimeout(30_000);

describeWith(['opusenc'], 'Opus of a recording', () => {
  let api: Api;
  let raw: RawRecordings;
  let opus: OpusLater;
  let callId: string;
  let codes = 50_000;
  const realNow = clock.now;

  beforeAll(async () => {
    api = await Api.start();
    raw = new RawRecordings(api);
    opus = api.app.get(OpusLater, { strict: false });
  }, 60_000);
  afterAll(() => api.close());
  beforeEach(async () => {
    await api.sql.query('UPDATE recording SET opus_due = NULL');
    callId = await api.call({ clientId: await api.client(String(codes++)), manager: '101', rung: ['101'] });
  });
  afterEach(async () => {
    clock.now = realNow;
    await api.sql.query('UPDATE company SET keep_original_recordings = true');
  });

  const make = () => opus.makeNext(() => true);

  it('is made without anybody’s doing; from here on, at the test’s word alone', async () => {
    const id = await raw.stored({ callId, segments: [stereoWav(1000, 440, 660)] });
    clock.now = () => realNow() + 3600_000; // however busy the machine is
    await until('Opus is there', async () => (await raw.view(id)).forms.includes('playback'));
    await opus.rest();
  });

  it('the WAV is played until there is leisure; then Opus, less than a quarter as large, and the WAV kept', async () => {
    const id = await raw.stored({ callId, segments: [stereoWav(5000, 440, 660)], talkMs: 5000 });
    expect(await raw.view(id)).toMatchObject({ state: 'stored', forms: ['original'] });
    expect(await opus.makeNext(() => false)).toBe(false);
    const wav = await raw.audio(id, 'playback');
    expect(wav.toString('latin1', 0, 4)).toBe('RIFF');

    expect(await make()).toBe(true);
    expect(await raw.view(id)).toMatchObject({ forms: ['playback', 'original'] });
    const response = await api.as('admin@example.com', 'GET', `/recordings/${id}/audio`);
    expect(response.headers.get('content-type')).toBe('audio/ogg; codecs=opus');
    expect(response.headers.get('content-disposition')).toContain(`${id}.opus`);
    expect((response.body as Buffer).toString('latin1', 0, 4)).toBe('OggS');
    expect((response.body as Buffer).length).toBeLessThan(wav.length / 4);
    expect(await raw.audio(id, 'original')).toEqual(wav);
    expect(await raw.entries(id, 'recording.encoded')).toEqual([
      {
        recordingId: id,
        playbackSha256: createHash('sha256').update(response.body).digest('hex'),
        originalKept: true,
      },
    ]);
    expect(await make()).toBe(false);
  });

  it('one that has waited an hour for leisure is made without', async () => {
    const id = await raw.stored({ callId, segments: [stereoWav(1000, 440, 660)] });
    clock.now = () => realNow() + 3600_000;
    expect(await opus.makeNext(() => false)).toBe(true);
    expect(await raw.view(id)).toMatchObject({ forms: ['playback', 'original'] });
  });

  it('the WAV goes where the company does not keep it; its hash stays', async () => {
    await api.sql.query('UPDATE company SET keep_original_recordings = false');
    const id = await raw.stored({ callId, segments: [stereoWav(1000, 440, 660)] });
    const kept = () => raw.files().filter((path) => path.startsWith(api.companyId)).length;
    const before = kept();
    await make();
    await raw.runDue();
    expect(kept()).toBe(before);
    const sha256 = createHash('sha256')
      .update(stereoWav(1000, 440, 660))
      .digest('hex');
    expect(await raw.view(id)).toMatchObject({ forms: ['playback'], sha256 });
    expect(await raw.entries(id, 'recording.encoded')).toMatchObject([{ originalKept: false }]);
    const { status, body } = await api.as(
      'admin@example.com',
      'GET',
      `/recordings/${id}/audio?form=original`,
    );
    expect([status, body.type]).toEqual([404, 'urn:linekeeper:problem:original-not-kept']);
  });

  it('a legal hold keeps the WAV too', async () => {
    await api.sql.query('UPDATE company SET keep_original_recordings = false');
    const id = await raw.stored({ callId, segments: [stereoWav(1000, 440, 660)] });
    const held = await api.as('admin@example.com', 'POST', '/recording-holds', {
      callId,
      reason: 'a suit',
    });
    expect(held.status).toBe(201);
    await make();
    expect(await raw.view(id)).toMatchObject({ forms: ['playback', 'original'] });
  });

  it('one that is deleted while it is made leaves nothing behind', async () => {
    const id = await raw.stored({ callId, segments: [stereoWav(1000, 440, 660)] });
    const encoder = api.app.get(OpusEncoder, { strict: false });
    let gone = 0;
    const encode = jest.spyOn(encoder, 'encode').mockImplementation(async function* () {
      yield Buffer.from('Ogg');
      const reason = 'the client asks for it';
      gone = (await api.as('admin@example.com', 'POST', `/recordings/${id}/deletion`, { reason })).status;
    });
    const before = raw.files().length;
    await make();
    encode.mockRestore();
    expect(gone).toBe(200);
    await raw.runDue();
    expect(raw.files()).toHaveLength(before - 1);
    expect(await raw.view(id)).toMatchObject({ state: 'deleted', forms: [] });
    expect(await raw.entries(id, 'recording.encoded')).toEqual([]);
  });

  it('one that fails leaves the WAV to be played, and is tried again for a day', async () => {
    const encoder = api.app.get(OpusEncoder, { strict: false });
    const encode = jest.spyOn(encoder, 'encode').mockImplementation(async function* () {
      yield Buffer.from('Ogg');
      throw new Error('killed');
    });
    const id = await raw.stored({ callId, segments: [stereoWav(1000, 440, 660)] });
    const before = raw.files().length;
    await make();
    expect(raw.files()).toHaveLength(before);
    expect(await raw.view(id)).toMatchObject({ state: 'stored', forms: ['original'] });
    expect(await make()).toBe(false);
    clock.now = () => realNow() + 25 * 3600_000;
    expect(await make()).toBe(true);
    clock.now = () => realNow() + 48 * 3600_000;
    expect(await make()).toBe(false);
    encode.mockRestore();
  });

  it('a stop of the process does not wait for it, leaves nothing half made, and it is made after the next start', async () => {
    const id = await raw.stored({ callId, segments: [stereoWav(1000, 440, 660)] });
    const encoder = api.app.get(OpusEncoder, { strict: false });
    const real = encoder.encode.bind(encoder);
    const encode = jest.spyOn(encoder, 'encode').mockImplementation(async function* (wav, signal) {
      // An encoder that is still at work, however fast this one is.
      const endless = (async function* () {
        yield* wav;
        await new Promise((_, fail) => signal.addEventListener('abort', () => fail(new Error('ended'))));
      })();
      yield* real(endless, signal);
    });
    const before = raw.files().length;
    const making = opus.makeNext(() => true);
    await until('it is being made', () => raw.files().length > before);
    await opus.onApplicationShutdown();
    expect(await making).toBe(false);
    encode.mockRestore();
    expect(raw.files()).toHaveLength(before);
    const due = await api.sql.query('SELECT 1 FROM recording WHERE id = $1 AND opus_due <= now()', [id]);
    expect(due).toHaveLength(1);
  });
});
