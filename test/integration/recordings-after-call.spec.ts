import { jest } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { clock } from '../../src/common/clock.js';
import { Database } from '../../src/database/database.js';
import { OpusLater } from '../../src/recordings/opus-later.js';
import { Api } from '../support/api.js';
import { RawRecordings, stereoWav } from '../support/recordings.js';
import { describeMounting } from '../support/requirements.js';
import { cut, readWav, tonesIn } from '../support/tones.js';

jest.setTimeout(30_000);

describe('after the call', () => {
  let api: Api;
  let raw: RawRecordings;
  let callId: string;
  let codes = 40_000;
  const realNow = clock.now;

  beforeAll(async () => {
    api = await Api.start();
    raw = new RawRecordings(api);
    await api.app.get(OpusLater, { strict: false }).rest(); // files come and go with it
  }, 60_000);
  afterAll(() => api.close());
  beforeEach(async () => {
    callId = await api.call({ clientId: await api.client(String(codes++)), manager: '101', rung: ['101'] });
  });
  afterEach(() => (clock.now = realNow));

  const check = (id: string) => raw.run('recording.check', { recordingId: id });
  const inTheClear = () => raw.files().filter((path) => path.includes(callId));

  it('what two media servers recorded is one recording, with the segments’ times', async () => {
    const id = await raw.stored({
      callId,
      segments: [stereoWav(1000, 440, 660), stereoWav(1500, 550, 770)],
      talkMs: 2600,
    });
    const wav = await raw.audio(id, 'original');
    const [left, right] = readWav(wav);
    const all = [440, 550, 660, 770];
    expect(tonesIn(cut(left!, 0.2, 0.8), all)).toEqual([440]);
    expect(tonesIn(cut(left!, 1.2, 2.2), all)).toEqual([550]);
    expect(tonesIn(cut(right!, 1.2, 2.2), all)).toEqual([770]);
    const recording = await raw.view(id);
    expect(recording).toMatchObject({
      durationMs: 2500,
      missingMs: null,
      segments: [
        { offsetMs: 0, durationMs: 1000 },
        { offsetMs: 1000, durationMs: 1500 },
      ],
    });
    const sha256 = createHash('sha256').update(wav).digest('hex');
    expect(recording.sha256).toBe(sha256);
    const [stored] = await raw.entries(id, 'recording.stored');
    expect(stored).toMatchObject({ sha256, durationMs: 2500, sizeBytes: wav.length });
    expect(stored!['segments']).toHaveLength(2);
    expect(inTheClear()).toEqual([]);
  });

  it.each([
    ['client', 0, 660],
    ['manager', 440, 0],
  ])('a silent %s is noted, and the recording kept', async (party, client, manager) => {
    const id = await raw.stored({ callId, segments: [stereoWav(2000, client, manager)] });
    expect(await raw.view(id)).toMatchObject({ state: 'stored', silent: [party] });
    expect((await raw.entries(id, 'recording.stored'))[0]).toMatchObject({ silent: [party] });
  });

  it('a WAV cut short, with a header that says more and half a sample at its end, plays as far as it goes', async () => {
    const whole = stereoWav(10_000, 440, 660);
    const id = await raw.stored({
      callId,
      segments: [whole.subarray(0, 44 + 4 * 8000 * 3 + 3)],
      talkMs: 10_000,
    });
    expect(await raw.view(id)).toMatchObject({ state: 'stored', durationMs: 3000, missingMs: 7000 });
    expect((await raw.entries(id, 'recording.stored'))[0]).toMatchObject({ missingMs: 7000 });
    const wav = await raw.audio(id, 'original');
    expect(wav.readUInt32LE(40)).toBe(4 * 8000 * 3);
    expect(readWav(wav)[0]!.samples).toHaveLength(24_000);
  });

  it.each([
    [2500, 4400, {}],
    [2500, 4600, { missingMs: 2100 }],
    [4600, 2500, { excessMs: 2100 }],
  ])('%i ms of sound for a talk of %i ms: the ledger has %j', async (ms, talkMs, noted) => {
    const id = await raw.stored({ callId, segments: [stereoWav(ms, 440, 660)], talkMs });
    const [stored] = await raw.entries(id, 'recording.stored');
    const { missingMs, excessMs } = stored!;
    expect({ missingMs, excessMs }).toEqual({ missingMs: undefined, excessMs: undefined, ...noted });
  });

  it('a file that a killed media server left without sizes is whole', async () => {
    const file = stereoWav(2000, 440, 660);
    file.writeUInt32LE(0, 4);
    file.writeUInt32LE(0, 40);
    const id = await raw.stored({ callId, segments: [file] });
    expect(await raw.view(id)).toMatchObject({ durationMs: 2000, missingMs: null });
    expect(stereoWav(2000, 440, 660).equals(await raw.audio(id, 'original'))).toBe(true);
  });

  it.each([
    ['no file', undefined, 'no-file'],
    [
      'no WAV file',
      Buffer.from('this is no audio, however long one looks at it: not one sample'),
      'no-audio',
    ],
    ['a header alone', stereoWav(0, 0, 0), 'no-audio'],
  ])('%s: it is missing, and the ledger says why, once', async (_, file, reason) => {
    const id = await raw.add({ callId, segments: [file] });
    await check(id);
    await check(id);
    expect(await raw.view(id)).toMatchObject({ state: 'missing', sha256: null, forms: [] });
    expect(await raw.entries(id, 'recording.missing')).toEqual([{ recordingId: id, reason }]);
  });

  it('is looked at once, however often the job runs', async () => {
    const id = await raw.stored({ callId, segments: [stereoWav(1000, 440, 660)] });
    await check(id);
    expect(await raw.entries(id, 'recording.stored')).toHaveLength(1);
    expect(
      await api.sql.query('SELECT 1 FROM recording_file WHERE recording_id = $1 AND form = $2', [
        id,
        'original',
      ]),
    ).toHaveLength(1);
  });

  describe('with the database away while it is stored', () => {
    /** The second transaction of a check is the one that stores; it fails, before its commit or just after. */
    const checkWithout = async (id: string, lost: 'the transaction' | 'the answer') => {
      const database = api.app.get(Database, { strict: false });
      const transaction = database.transaction.bind(database);
      const checking = new AsyncLocalStorage<true>(); // whatever else goes on has transactions, too
      let count = 0;
      const spy = jest.spyOn(database, 'transaction').mockImplementation(async (...given) => {
        if (!checking.getStore()) return transaction(...given);
        count += 1;
        if (count === 2 && lost === 'the transaction') throw new Error('Connection terminated');
        const answer = await transaction(...given);
        if (count === 2) throw new Error('Connection terminated');
        return answer;
      });
      await expect(checking.run(true, () => check(id))).rejects.toThrow('Connection terminated');
      spy.mockRestore();
    };

    it('nothing sealed is left of it, and the next try stores it', async () => {
      const id = await raw.add({ callId, segments: [stereoWav(1000, 440, 660)] });
      const before = raw.files();
      await checkWithout(id, 'the transaction');
      expect(raw.files()).toEqual(before);
      await check(id);
      expect(await raw.view(id)).toMatchObject({ state: 'stored', durationMs: 1000 });
    });

    it('it plays where the commit passed and its answer was lost, and the next try clears up', async () => {
      const id = await raw.add({ callId, segments: [stereoWav(1000, 440, 660)] });
      await checkWithout(id, 'the answer');
      expect(inTheClear()).toHaveLength(1);
      await check(id);
      expect(inTheClear()).toEqual([]);
      expect((await raw.audio(id, 'original')).toString('latin1', 0, 4)).toBe('RIFF');
      expect(await raw.entries(id, 'recording.stored')).toHaveLength(1);
    });
  });

  describe('with the storage away', () => {
    const away = () => `${raw.folder}.away`;
    afterEach(() => {
      if (existsSync(away())) {
        rmSync(raw.folder, { recursive: true, force: true });
        renameSync(away(), raw.folder);
      }
    });

    it('nothing is lost: the job fails until it is back', async () => {
      const id = await raw.add({ callId, segments: [stereoWav(1000, 440, 660)] });
      renameSync(raw.folder, away());
      await expect(check(id)).rejects.toMatchObject({ code: 'storage-away' });
      await expect(raw.run('recording.reconcile')).rejects.toMatchObject({ code: 'storage-away' });
      mkdirSync(raw.folder); // a mount point without its disk
      await expect(check(id)).rejects.toMatchObject({ code: 'storage-away' });
      expect(await raw.view(id)).toMatchObject({ state: 'recording' });
      rmSync(raw.folder, { recursive: true });
      renameSync(away(), raw.folder);
      await check(id);
      expect(await raw.view(id)).toMatchObject({ state: 'stored', durationMs: 1000 });
    });

    it('for more than a day: it is missing, and found again when the storage is back', async () => {
      const id = await raw.add({
        callId,
        segments: [stereoWav(1000, 440, 660)],
        startedAt: new Date(realNow() - 25 * 3600_000).toISOString(),
      });
      renameSync(raw.folder, away());
      await check(id);
      expect(await raw.view(id)).toMatchObject({ state: 'missing' });
      expect(await raw.entries(id, 'recording.missing')).toMatchObject([{ reason: 'storage-away' }]);
      renameSync(away(), raw.folder);
      await raw.run('recording.reconcile');
      await raw.runDue();
      expect(await raw.view(id)).toMatchObject({ state: 'stored', durationMs: 1000 });
    });
  });

  describeMounting('with a full disk', () => {
    it('what was recorded stays, nothing half written does, and it is sealed once there is room', async () => {
      const day = '2020-02-02';
      const folder = join(raw.folder, api.companyId, day);
      mkdirSync(folder, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder]);
      try {
        const id = await raw.add({
          callId,
          segments: [stereoWav(20_000, 440, 660)],
          startedAt: `${day}T10:00:00.000Z`,
          talkMs: 20_000,
        });
        const before = raw.files().filter((path) => path.includes(day));
        await expect(check(id)).rejects.toMatchObject({ code: 'ENOSPC' });
        expect(raw.files().filter((path) => path.includes(day))).toEqual(before);
        expect(await raw.view(id)).toMatchObject({ state: 'recording' });
        execFileSync('mount', ['-o', 'remount,size=4m', folder]);
        await check(id);
        expect(await raw.view(id)).toMatchObject({ state: 'stored', durationMs: 20_000 });
      } finally {
        execFileSync('umount', [folder]);
      }
    });
  });

  describe('at night', () => {
    const reconciled = async () => {
      await raw.run('recording.reconcile');
      await raw.runDue();
      return (await api.as('supervisor@example.com', 'GET', '/recordings/reconciliation')).body;
    };
    const age = (path: string, hours: number) => {
      const at = new Date(Date.now() - hours * 3600_000);
      utimesSync(join(raw.folder, path), at, at);
    };
    const someday = '2024-05-06';

    it('calls without a file and files without a call are listed, and counted in the ledger', async () => {
      const id = await raw.stored({ callId, segments: [stereoWav(1000, 440, 660)] });
      const [{ path }] = (await api.sql.query(
        'SELECT path FROM recording_file WHERE recording_id = $1 AND form = $2',
        [id, 'original'],
      )) as [{ path: string }];
      const file = readFileSync(join(raw.folder, path));
      rmSync(join(raw.folder, path));
      const stray = join(api.companyId, someday, 'somebody-put-it-here.wav');
      raw.write(stray, stereoWav(100, 440, 660));
      age(stray, 2);
      const young = join(api.companyId, someday, 'a-call-that-goes-on.wav');
      raw.write(young, stereoWav(100, 440, 660));
      const found = await reconciled();
      expect(found.at).toMatch(/Z$/);
      expect(found.callsWithoutFile).toContainEqual({
        callId,
        recordingId: id,
        startedAt: expect.any(String),
      });
      expect(found.filesWithoutCall).toEqual([
        { path: stray, sizeBytes: 44 + 3200, changedAt: expect.any(String) },
      ]);
      expect((await api.entries('recording.reconciled')).at(-1)!.payload).toMatchObject({
        filesWithoutCall: 1,
      });
      mkdirSync(dirname(join(raw.folder, path)), { recursive: true });
      writeFileSync(join(raw.folder, path), file);
      rmSync(join(raw.folder, stray));
      rmSync(join(raw.folder, young));
      const again = await reconciled();
      expect(again.callsWithoutFile.map((one: { recordingId: string }) => one.recordingId)).not.toContain(id);
      expect(again.filesWithoutCall).toEqual([]);
      expect(statSync(join(raw.folder, path)).size).toBe(file.length);
    });

    it('a file whose process died before it wrote of it is tied to its call', async () => {
      const path = join(api.companyId, someday, `${callId}.1790000000000.wav`);
      raw.write(path, stereoWav(1500, 440, 660));
      age(path, 2);
      expect((await reconciled()).filesWithoutCall).toEqual([]);
      const { body } = await api.as('admin@example.com', 'GET', `/recordings?callId=${callId}`);
      expect(body.items).toMatchObject([{ callId, state: 'stored', durationMs: 1500 }]);
      expect(inTheClear()).toEqual([]);
    });

    it('is for supervisors and administrators', async () => {
      const { status } = await api.as('manager1@example.com', 'GET', '/recordings/reconciliation');
      expect(status).toBe(403);
    });
  });
});
