import type { Browser, Page } from 'playwright-core';
import type { Company, DiallingRules } from '../../src/contracts/provisioning.js';
import type { HoldView } from '../../src/contracts/recordings.js';
import { expectNoBarriers } from '../support/accessibility.js';
import { openBrowser, signIn, visit, type Visit } from '../support/browser.js';
import { Office, TONES } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { ADMIN } from '../support/system.js';
import { until } from '../support/until.js';

const CLIENT = '+79261234567';

describeWith(['chromium'], 'an administrator', () => {
  let office: Office;
  let browser: Browser;
  let admin: Visit;
  let page: Page;
  let code: string;
  beforeAll(async () => {
    [office, browser] = await Promise.all([Office.open(), openBrowser()]);
    code = await office.clientOf('101', CLIENT);
    admin = await visit(browser, office.system.web);
    page = admin.page;
    await signIn(page, ADMIN.email, ADMIN.password);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await office?.close();
  });
  afterEach(() => expect(admin.complaints).toEqual([]));

  const open = async (path: string, heading: string) => {
    await page.goto(path);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  const field = (name: string) => page.getByRole('textbox', { name, exact: true });
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const choose = async (name: string, option: string | RegExp) => {
    await page.getByRole('combobox', { name, exact: true }).click();
    await page.getByRole('option', { name: option }).click();
  };
  const saved = () => page.getByText('Saved', { exact: true }).first().waitFor();
  const read = async <Body>(path: string): Promise<Body> => (await office.system.api<Body>('GET', path)).body;

  test('sets what holds for the company, and is told at a field what is wrong there', async () => {
    await open('/company', 'Company');
    await field('Minutes in which a client reaches the same manager again').fill('');
    await press('Save');
    await page.getByText('is no number').waitFor();
    await field('Minutes in which a client reaches the same manager again').fill('45');
    await page.getByRole('switch', { name: 'A tone when a supervisor takes part' }).check();
    await field('Pitch, Hz').fill('20');
    await page.getByRole('switch', { name: 'Mobiles that call back are asked for a PIN' }).check();
    await field('PIN').fill('12');
    await press('Save');
    await page.getByText('is not 4 to 8 digits').waitFor();
    await page.getByText('is less than 300').waitFor();
    await expectNoBarriers(page);
    await field('Pitch, Hz').fill('900');
    await field('PIN').fill('80901234');
    await press('Save');
    await saved();
    expect(await read<Company>('/company')).toMatchObject({
      stickyMinutes: 45,
      supervisionTone: { hertz: 900, ms: 200 },
      hasCallbackPin: true,
    });
    await page.reload();
    await page.getByRole('switch', { name: 'Mobiles that call back are asked for a PIN' }).uncheck();
    await page.getByRole('switch', { name: 'A tone when a supervisor takes part' }).uncheck();
    await press('Save');
    await saved();
    expect(await read<Company>('/company')).toMatchObject({ supervisionTone: null, hasCallbackPin: false });
  });

  test('says with a rule which calls are not recorded, and the next one is not', async () => {
    await open('/recording-rules', 'Recording rules');
    await page.getByRole('row', { name: /every call/ }).waitFor();
    await press('New rule');
    await field('Name').fill('Anna’s calls in');
    await field('Order').fill('10'); // the demo's own
    await choose('Direction', 'incoming');
    await choose('Manager', 'Anna · 101');
    await field('How many of a hundred are recorded').fill('0');
    await field('Days until a recording is deleted').fill('30');
    await page.keyboard.press('Enter');
    await page.getByText('is another recording rule’s place: take one between').waitFor();
    await field('Order').fill('0');
    await page.keyboard.press('Enter');
    const row = page.getByRole('row', { name: /Anna’s calls in/ });
    await row.getByText('incoming, Anna · 101').waitFor();
    await row.getByText('30 days').waitFor();
    await office.clientOf('101', CLIENT);
    expect((await office.system.calls()).at(0)?.recordingId).toBeNull();
    await page.getByRole('button', { name: 'Delete Anna’s calls in' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await row.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Delete / }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Every call with a client is recorded').waitFor();
  });

  test('holds a client’s recordings with a reason, so that nobody deletes them, and lifts it', async () => {
    const recordings = await read<{ items: { id: string; state: string }[] }>('/recordings?state=stored');
    const deletion = `/recordings/${recordings.items[0]?.id}/deletion`;
    await open('/holds', 'Legal holds');
    await press('New hold');
    await field('Why must the recordings stay?').fill('the court asks for them');
    await press('Place the hold');
    await page.getByText('is for a call or for a client').waitFor();
    await page.getByRole('combobox', { name: 'Client' }).fill(code.slice(0, 3));
    await page.getByRole('option', { name: code }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expectNoBarriers(page);
    await press('Place the hold');
    const row = page.getByRole('row', { name: /the court asks for them/ });
    await row.getByText('holds', { exact: true }).waitFor();
    const refused = await office.system.api('POST', deletion, { reason: 'tidying up' });
    expect(refused.status).toBe(409);
    await row.getByRole('button', { name: `Lift the hold: ${code}` }).click();
    await field('Why may they be deleted again?').fill('no');
    await page.getByRole('dialog').getByRole('button', { name: 'Lift', exact: true }).click();
    await page.getByText('is too short: say why').waitFor();
    await field('Why may they be deleted again?').fill('the matter is settled');
    await page.getByRole('dialog').getByRole('button', { name: 'Lift', exact: true }).click();
    await row.getByText(/the matter is settled/).waitFor();
    const { items } = await read<{ items: HoldView[] }>('/recording-holds');
    expect(items).toMatchObject([{ client: { code }, lifted: { reason: 'the matter is settled' } }]);
  });

  test('holds one call on its page, and deletes its recording there once that is lifted', async () => {
    const { items } = await read<{ items: { id: string; callId: string }[] }>('/recordings?state=stored');
    const [{ id, callId } = { id: '', callId: '' }] = items;
    await open(`/calls/${callId}`, 'Call');
    await page.getByText(/^The recording is deleted on/).waitFor();
    await press('Legal hold');
    await field('Why must the recordings stay?').fill('a complaint');
    await press('Place the hold');
    await page.getByText('on legal hold').waitFor();
    expect(await page.getByRole('button', { name: 'Delete the recording' }).count()).toBe(0);
    const holds = await read<{ items: HoldView[] }>('/recording-holds');
    await office.system.api('POST', `/recording-holds/${holds.items[0]?.id}/lift`, { reason: 'withdrawn' });
    await page.reload();
    await press('Delete the recording');
    await field('Why is it deleted? It does not come back.').fill('asked for by the client');
    await press('Delete');
    await until('the recording is gone', async () => {
      const { state } = await read<{ state: string }>(`/recordings/${id}`);
      return state === 'deleted';
    });
  });

  test('says whom managers may call: a country that is taken out is called no more', async () => {
    await open('/dialling-rules', 'Dialling rules');
    const countries = page.getByRole('combobox', { name: 'Countries' });
    await countries.focus();
    await page.keyboard.press('Backspace');
    await press('Save');
    await saved();
    expect(await read<DiallingRules>('/dialling-rules')).toMatchObject({ allowedCountries: [] });
    const desk = await office.manager('101');
    const refused = await desk.dial(code, { toneHz: TONES['101'] });
    expect(await refused.status()).toBe(403);
    await countries.fill('Russ');
    await page.getByRole('option', { name: 'Russia' }).click();
    await page.getByRole('combobox', { name: 'Beginnings of numbers besides' }).fill('8495');
    await page.keyboard.press('Enter');
    await press('Save');
    await page.getByText('is no beginning of a number in E.164').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: 'Beginnings of numbers besides' }).focus();
    await page.keyboard.press('Backspace');
    await field('Calls of one extension').fill('200');
    await press('Save');
    await until('the rules are saved', async () => {
      const rules = await read<DiallingRules>('/dialling-rules');
      return rules.extensionCallsPerDay === 200 && rules.allowedCountries.join() === 'RU';
    });
    const call = await desk.dial(code, { toneHz: TONES['101'] });
    const client = await (await office.carrier.incoming()).answer(TONES.caller);
    await (await call.answered).hangUp();
    await client.ended;
  });

  test('has callers of a number told that the call is recorded, and lets an extension dial numbers', async () => {
    await open('/numbers', 'Company numbers');
    await page
      .getByRole('button', { name: /^Change \+7/ })
      .first()
      .click();
    await choose('Callers hear that the call is recorded', 'before the phones ring');
    await press('Save');
    await saved();
    expect(await read('/company-numbers')).toMatchObject({
      items: [{ announceRecording: 'before-ringing' }],
    });
    await open('/extensions', 'Extensions');
    await page.getByRole('button', { name: 'Change Anna · 101' }).click();
    await page.getByRole('switch', { name: 'May dial telephone numbers' }).check();
    await page.getByRole('switch', { name: 'A mobile rings too' }).check();
    await field('Mobile').fill('+79161112233');
    await press('Save');
    await saved();
    expect(await read('/extensions')).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ number: '101', dialsNumbers: true, mobile: '+…33' }),
      ]),
    });
    await page.getByRole('button', { name: 'Change Anna · 101' }).click();
    await page.getByRole('switch', { name: 'A mobile rings too' }).uncheck();
    await press('Save');
    await until('the mobile is known no more', async () => {
      const { items } = await read<{ items: { number: string; mobile: string | null }[] }>('/extensions');
      return items.find(({ number }) => number === '101')?.mobile === null;
    });
  });
});
