import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CallView } from '../../src/contracts/calls.js';
import type { RecordingView } from '../../src/contracts/recordings.js';
import { env } from '../support/env.js';
import { expectToHear, Office, recordingOf, TONES } from '../support/office.js';
import { cut, levelDb, readWav, tonesIn, type Sound } from '../support/tones.js';
import { until } from '../support/until.js';

const ALL = Object.values(TONES);

interface Named {
  id: string;
}

describe('recordings of calls', () => {
  let office: Office;
  let before = 0;

  beforeAll(async () => {
    office = await Office.open();
    await office.changeGroup({ ringTimeoutS: 20 });
  }, 90_000);
  beforeEach(async () => {
    before = (await office.system.calls()).length;
  });
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  const talk = async (client: string) => {
    const desk = await office.manager('101');
    const call = await office.call(client);
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    return { caller, manager };
  };
  const ended = () => office.lastCall(before + 1);
  const view = async ({ recordingId }: CallView) =>
    (await office.system.api<RecordingView>('GET', `/recordings/${recordingId}`)).body;
  const change = async (method: string, path: string, body?: unknown) => {
    const answer = await office.system.api<Named>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const files = () => {
    const root = join(office.system.dataDir, 'recordings');
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .map((name) => join(root, name))
      .filter((path) => statSync(path).isFile());
  };

  it('lie sealed on disk, and nothing of them in the clear', async () => {
    const { caller, manager } = await talk('+79161234801');
    await expectToHear(caller.audio, TONES['101']);
    await caller.hangUp();
    await manager.ended;
    const row = await ended();
    const wav = await recordingOf(office.system, row);
    expect(await view(row)).toMatchObject({
      state: 'stored',
      silent: [],
      missingMs: null,
      outcome: 'answered',
    });
    await until('the file in the clear is gone', () => !files().some((path) => path.includes(row.id)));
    const sample = wav.subarray(8000, 8064);
    for (const path of files()) expect(readFileSync(path).includes(sample)).toBe(false);
    const stored = (await office.system.ledger(row.id)).find(({ kind }) => kind === 'recording.stored');
    expect(stored!.payload).toMatchObject({ recordingId: row.recordingId, sha256: (await view(row)).sha256 });
  });

  it('are silent for as long as they are paused, by one whose call it is; who paused them is written', async () => {
    const { caller, manager } = await talk('+79161234802');
    await Promise.all([expectToHear(caller.audio, TONES['101']), expectToHear(manager.audio, TONES.caller)]);
    const [live] = await office.system.calls();
    const path = `/calls/${live!.id}/recording`;
    for (const [name, status] of [
      ['manager2', 404],
      ['manager1', 200],
    ] as const) {
      await office.system.signIn(name, `${name}@example.com`, `${name}-demo`);
      expect((await office.system.api('POST', path, { action: 'pause' }, { as: name })).status).toBe(status);
    }
    expect(await change('POST', path, { action: 'pause' })).toMatchObject({ paused: true });
    await caller.audio.listen(1500);
    expect(await change('POST', path, { action: 'resume' })).toMatchObject({ paused: false });
    await caller.audio.listen(1500);
    await caller.hangUp();
    await manager.ended;
    const row = await ended();
    const channels = readWav(await recordingOf(office.system, row));
    const { pauses } = await view(row);
    expect(pauses).toHaveLength(1);
    const [from, to] = [pauses[0]!.fromMs / 1000, pauses[0]!.toMs! / 1000];
    expect(to - from).toBeGreaterThan(1.2);
    for (const [at, own] of [TONES.caller, TONES['101']].entries()) {
      const sound = channels[at]!;
      expect(tonesIn(cut(sound, from + 0.4, to - 0.4), ALL)).toEqual([]);
      expect(tonesIn(cut(sound, to + 0.4, to + 1.2), ALL)).toEqual([own]);
    }
    const { body: me } = await office.system.api<Named>('GET', '/me', undefined, { as: 'manager1' });
    const { body: admin } = await office.system.api<Named>('GET', '/me');
    const written = (await office.system.ledger(row.id)).filter(({ kind }) => /paused|resumed/.test(kind));
    expect(written.map(({ kind, actor }) => [kind, actor])).toEqual([
      ['recording.paused', `user:${me.id}`],
      ['recording.resumed', `user:${admin.id}`],
    ]);
    expect((await office.system.api('POST', path, { action: 'pause' })).status).toBe(409);
  });

  it('are not made where the first rule that fits says so', async () => {
    const rule = await change('POST', '/recording-rules', {
      position: 0,
      name: 'not 101',
      extensionId: await office.extensionId('101'),
      sharePercent: 0,
    });
    const { body } = await office.system.api<{ items: { id: string; name: string }[] }>(
      'GET',
      '/recording-rules',
    );
    const demo = body.items.find(({ name }) => name === 'every call')!;
    await change('PATCH', `/recording-rules/${demo.id}`, { position: 1 });
    const { caller, manager } = await talk('+79161234803');
    await expectToHear(caller.audio, TONES['101']);
    await caller.hangUp();
    await manager.ended;
    const row = await ended();
    await change('DELETE', `/recording-rules/${rule.id}`);
    expect(row).toMatchObject({ outcome: 'answered', recordingId: null });
    expect(files().some((path) => path.includes(row.id))).toBe(false);
    const answered = (await office.system.ledger(row.id)).find(({ kind }) => kind === 'call.answered');
    expect(answered!.payload).toMatchObject({ recordingId: null, recordingRuleId: rule.id });
  });

  const speech = (sound: Sound) => levelDb(sound) > -45 && tonesIn(sound, [425, ...ALL]).length === 0;
  /** In how many fifths of a second somebody spoke. */
  const heard = (sound: Sound) => {
    const parts = Math.floor((sound.samples.length / sound.rate) * 5);
    return Array.from({ length: parts }, (_, at) => speech(cut(sound, at / 5, (at + 1) / 5))).filter(Boolean)
      .length;
  };

  it('are announced to both where a manager calls a client, once he answers', async () => {
    const code = await office.clientOf('101', '+79161234805');
    const { body } = await office.system.api<{ items: Named[] }>('GET', '/company-numbers');
    const number = body.items[0]!;
    await change('PATCH', `/company-numbers/${number.id}`, { announceRecording: 'before-ringing' });
    try {
      const outgoing = await (await office.manager('101')).dial(code, { toneHz: TONES['101'] });
      const client = await (await office.carrier.incoming()).answer(TONES.caller);
      const manager = await outgoing.answered;
      await until(
        'both hear it',
        () => heard(client.audio.heard()) >= 3 && heard(manager.audio.heard()) >= 3,
      );
      await Promise.all([
        expectToHear(client.audio, TONES['101'], 10_000),
        expectToHear(manager.audio, TONES.caller, 10_000),
      ]);
      await client.hangUp();
      await manager.ended;
      const [, right] = readWav(await recordingOf(office.system, await office.lastCall(before + 2)));
      expect(heard(right!)).toBeGreaterThanOrEqual(3);
    } finally {
      await change('PATCH', `/company-numbers/${number.id}`, { announceRecording: null });
    }
  });

  it.each(['before-ringing', 'at-answer'] as const)('are announced to the caller %s', async (when) => {
    const { body } = await office.system.api<{ items: Named[] }>('GET', '/company-numbers');
    const number = body.items[0]!;
    await change('PATCH', `/company-numbers/${number.id}`, { announceRecording: when });
    const desk = await office.manager('101');
    const call = await office.call('+79161234804');
    if (when === 'before-ringing') {
      await until('the caller hears it', () => heard(call.audio.heard()) >= 3);
    }
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    if (when === 'at-answer') {
      await until(
        'both hear it',
        () => heard(caller.audio.heard()) >= 3 && heard(manager.audio.heard()) >= 3,
      );
    }
    await until('they hear each other', async () =>
      tonesIn(await caller.audio.listen(300), ALL).includes(TONES['101']),
    );
    await expectToHear(manager.audio, TONES.caller);
    await caller.hangUp();
    await manager.ended;
    const row = await ended();
    const [, right] = readWav(await recordingOf(office.system, row));
    if (when === 'at-answer') expect(heard(right!)).toBeGreaterThanOrEqual(3);
    await change('PATCH', `/company-numbers/${number.id}`, { announceRecording: null });
  });
});

describe('a control plane that is killed while a call is recorded', () => {
  it('leaves a recording: closed, tied to its call, with what was said until then', async () => {
    const office = await Office.open();
    const desk = await office.manager('101');
    const call = await office.call('+79161234811');
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await Promise.all([expectToHear(caller.audio, TONES['101']), expectToHear(manager.audio, TONES.caller)]);
    await caller.audio.listen(1500);
    await office.system.kill9();
    await office.system.restart();
    // The embedded engine dies with it; on servers of their own the parties talk still.
    if (env.engine === 'external') await Promise.all([caller.hangUp(), manager.ended]);
    const row = await office.lastCall(1);
    expect(row).toMatchObject({ outcome: 'answered' });
    const [left, right] = readWav(await recordingOf(office.system, row));
    expect(left!.samples.length / left!.rate).toBeGreaterThan(1);
    expect(tonesIn(cut(left!, 0.5, 1), ALL)).toEqual([TONES.caller]);
    expect(tonesIn(cut(right!, 0.5, 1), ALL)).toEqual([TONES['101']]);
    await office.close();
  }, 90_000);
});
