import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Reconciliation, RecordingView } from '../../src/contracts/recordings.js';
import { expectNoBarriers } from '../support/accessibility.js';
import { openBrowser, signIn, visit } from '../support/browser.js';
import { Office } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { until } from '../support/until.js';

const CLIENT = '+79261234567';
const MANAGER = ['manager1@example.com', 'manager1-demo'] as const;
const SUPERVISOR = ['supervisor@example.com', 'supervisor-demo'] as const;
const DAY_MS = 24 * 3600_000;

describeWith(['chromium'], 'a recording', () => {
  let office: Office;
  let browser: Browser;
  let recording: RecordingView;
  beforeAll(async () => {
    [office, browser] = await Promise.all([Office.open(), openBrowser()]);
    recording = await stored(CLIENT);
  }, 90_000);
  afterEach(() => Promise.all((browser?.contexts() ?? []).map((context) => context.close())));
  afterAll(async () => {
    await browser?.close();
    await office?.close();
  });

  /** The recording of a client's call, which is over. */
  const stored = async (client: string): Promise<RecordingView> => {
    await office.clientOf('101', client);
    await office.recordingsReady();
    const [call] = await office.system.calls();
    return (await office.system.api<RecordingView>('GET', `/recordings/${call?.recordingId}`)).body;
  };
  const openCall = async (who: readonly [string, string], { callId } = recording): Promise<Page> => {
    const { page } = await visit(browser, office.system.web);
    await signIn(page, ...who);
    await page.goto(`/calls/${callId}`);
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    return page;
  };

  test('is saved as a file in the form that is chosen, by who may, and that he did is written', async () => {
    const page = await openCall(SUPERVISOR);
    const forms = { playback: 'Opus: smaller', original: 'WAV: as it was recorded' };
    const written = () =>
      office.system.sql<{ payload: { form: string } }>(
        `SELECT payload FROM ledger_entry WHERE kind = 'recording.downloaded' ORDER BY seq`,
      );
    expect(recording.forms.length).toBeGreaterThan(0);
    for (const form of recording.forms) {
      const download = page.waitForEvent('download');
      if (recording.forms.length === 1)
        await page.getByRole('link', { name: 'Save as a file' }).press('Enter');
      else {
        await page.getByRole('button', { name: 'Save as a file' }).press('Enter');
        await expectNoBarriers(page);
        await page.getByRole('menuitem', { name: forms[form] }).press('Enter');
      }
      const saved = await download;
      expect(saved.suggestedFilename()).toBe(`${recording.id}.${form === 'playback' ? 'opus' : 'wav'}`);
      const bytes = readFileSync(await saved.path());
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (form === 'original') expect(sha256).toBe(recording.sha256);
      else expect(bytes.subarray(0, 4).toString()).toBe('OggS');
    }
    expect((await written()).map(({ payload }) => payload.form)).toEqual(recording.forms);
  }, 60_000);

  test('is saved at once where it is kept in one form', async () => {
    await office.system.api('PATCH', '/company', { keepOriginalRecordings: false });
    const one = await stored('+79261234568');
    const { forms } = one;
    expect(forms).toHaveLength(1);
    const page = await openCall(SUPERVISOR, one);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Save as a file' }).press('Enter');
    const name = `${one.id}.${forms[0] === 'playback' ? 'opus' : 'wav'}`;
    expect((await download).suggestedFilename()).toBe(name);
    await expectNoBarriers(page);
  }, 60_000);

  test('is played by a manager whose call it was, and not saved', async () => {
    const page = await openCall(MANAGER);
    await page.getByRole('textbox', { name: 'Note at this moment' }).waitFor();
    expect(await page.getByText('Save as a file').or(page.getByLabel('Save as a file')).count()).toBe(0);
  });

  test('whose file is gone, and a file of no call, stand in the nightly check until all is well', async () => {
    const { page } = await visit(browser, office.system.web);
    await signIn(page, ...SUPERVISOR);
    await page.goto('/recordings');
    await page.getByRole('link', { name: 'Nightly check' }).click();
    await page.getByRole('heading', { level: 1, name: 'Nightly check' }).waitFor();
    await checkNow();
    await page.reload();
    await page.getByText('All is well').waitFor();
    const files = await office.system.sql<{ path: string }>('SELECT path FROM recording_file');
    const folder = join(office.system.dataDir, 'recordings');
    const stray = join(dirname(files[0]?.path ?? ''), 'of-no-call.wav');
    for (const { path } of files)
      renameSync(join(folder, path), join(office.system.dataDir, path.replaceAll('/', '_')));
    mkdirSync(join(folder, dirname(stray)), { recursive: true });
    writeFileSync(join(folder, stray), 'nobody knows whose this is');
    const yesterday = new Date(Date.now() - DAY_MS);
    utimesSync(join(folder, stray), yesterday, yesterday);
    await checkNow();
    await page.reload();
    await page.getByRole('table', { name: 'Files without a call' }).getByText(stray).waitFor();
    await expectNoBarriers(page);
    const calls = page.getByRole('table', { name: 'Calls without a file' });
    await calls.getByText(recording.id).waitFor();
    await calls.getByRole('link').first().click();
    await page.waitForURL(`/calls/${recording.callId}`);
    for (const { path } of files)
      renameSync(join(office.system.dataDir, path.replaceAll('/', '_')), join(folder, path));
    rmSync(join(folder, stray));
    expect(files.every(({ path }) => existsSync(join(folder, path)))).toBe(true);
    await checkNow();
    await page.goto('/recordings/check');
    await page.getByText('All is well').waitFor();
    await expectNoBarriers(page);
  }, 90_000);

  /** What a night does. */
  async function checkNow(): Promise<void> {
    const found = async () =>
      (await office.system.api<Reconciliation>('GET', '/recordings/reconciliation')).body.at;
    const before = await found();
    await office.system.sql(
      `INSERT INTO outbox_job (id, company_id, kind, payload)
       SELECT gen_random_uuid(), id, 'recording.reconcile', '{}' FROM company`,
    );
    await until(
      'calls and files were held against each other',
      async () => (await found()) !== before,
      20_000,
    );
  }
});
