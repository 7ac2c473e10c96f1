import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallView } from '../../src/contracts/calls.js';
import type { RecordingView } from '../../src/contracts/recordings.js';
import { expectToHear, Office, recordingOf, TONES } from '../support/office.js';
import { describeMounting } from '../support/requirements.js';
import { readWav, tonesIn } from '../support/tones.js';
import { until } from '../support/until.js';

const ALL = Object.values(TONES);
/** Some three seconds of a stereo recording. */
const SMALL = '100k';

describeMounting('a disk that fills up while a call is recorded', () => {
  let folder: string;
  let office: Office;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linekeeper-recordings-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL}`, 'none', folder]);
    office = await Office.open({ settings: { RECORDINGS_DIR: folder } });
  }, 90_000);
  afterAll(async () => {
    await office?.close();
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });

  const talk = async (ms: number, calls: number): Promise<CallView> => {
    const desk = await office.manager('101');
    const call = await office.call('+79161234821');
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const client = await call.answered;
    await client.audio.listen(ms);
    await Promise.all([expectToHear(client.audio, TONES['101']), expectToHear(manager.audio, TONES.caller)]);
    await client.hangUp();
    await manager.ended;
    return office.lastCall(calls);
  };
  const view = async ({ recordingId }: CallView) =>
    (await office.system.api<RecordingView>('GET', `/recordings/${recordingId}`)).body;

  it('harms no call, what fitted is kept and said to be short, and the next call is recorded whole', async () => {
    const cut = await talk(6_000, 1);
    expect(cut).toMatchObject({ outcome: 'answered', ending: 'client-hung-up' });
    execFileSync('mount', ['-o', 'remount,size=4m', folder]);
    const stored = async () =>
      (await office.system.ledger(cut.id)).find(({ kind }) => kind === 'recording.stored');
    const judged = await until('it is stored once there is room', stored, 60_000);
    expect(judged.payload['missingMs']).toBeGreaterThan(2_000);
    const kept = readWav(await recordingOf(office.system, cut));
    expect(kept.map((channel) => tonesIn(channel, ALL))).toEqual([[TONES.caller], [TONES['101']]]);

    const whole = await talk(1_000, 2);
    const channels = readWav(await recordingOf(office.system, whole));
    expect(channels.map((channel) => tonesIn(channel, ALL))).toEqual([[TONES.caller], [TONES['101']]]);
    expect(await view(whole)).toMatchObject({ state: 'stored', missingMs: null });
  }, 120_000);
});
