import type { Browser, Page } from 'playwright-core';
import { openBrowser, signIn, visit } from '../support/browser.js';
import { Office, TONES } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { ADMIN } from '../support/system.js';

const CLIENT = '+79261234567';
const OTHER_CLIENT = '+79261234568';
const MANAGER = ['manager1@example.com', 'manager1-demo'] as const;
const SUPERVISOR = ['supervisor@example.com', 'supervisor-demo'] as const;

describeWith(['chromium'], 'a day’s work in the cabinets', () => {
  let office: Office;
  let browser: Browser;
  let code: string;
  beforeAll(async () => {
    [office, browser] = await Promise.all([Office.open(), openBrowser()]);
    code = await office.clientOf('101', CLIENT);
    const { body } = await office.system.api<{ items: { id: string }[] }>('GET', '/clients');
    await office.system.api('PATCH', `/clients/${body.items[0]?.id}`, { assignedExtension: '101' });
  }, 60_000);
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await office?.close();
  });

  async function as([email, password]: readonly [string, string], path: string): Promise<Page> {
    const { page } = await visit(browser, office.system.web);
    await signIn(page, email, password);
    await page.goto(path);
    return page;
  }

  async function miss(number: string): Promise<void> {
    const call = await office.call(number);
    await call.ringing;
    call.cancel();
  }

  test('a manager calls whom he owes with one button; that they talked settles it for all to see', async () => {
    const missed = await as(SUPERVISOR, '/missed');
    const debts = await as(MANAGER, '/debts');
    await missed.getByText('Nobody is owed a call').waitFor();
    const desk = await office.manager('101');
    await miss(CLIENT);
    await (
      await desk.incoming()
    ).cancelled;
    await missed.getByRole('row', { name: new RegExp(`${code}.*Anna · 101`) }).waitFor();
    await debts.getByText('yours', { exact: true }).waitFor();
    await debts.getByRole('button', { name: `Call ${code}` }).click();
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const client = await (await office.carrier.incoming()).answer(TONES.caller);
    await manager.audio.listen(200);
    await client.hangUp();
    await manager.ended;
    await debts.getByText('Nobody waits for your call').waitFor();
    await missed.getByText('Nobody is owed a call').waitFor();
  }, 60_000);

  test('a supervisor closes a duty that nobody needs to do, for a reason', async () => {
    const page = await as(SUPERVISOR, '/missed');
    await miss(OTHER_CLIENT);
    await page.getByRole('button', { name: /^Close without a call/ }).click();
    const dialog = page.getByRole('dialog');
    const why = dialog.getByRole('textbox', { name: 'Why does nobody need to call?' });
    await why.fill('no');
    await dialog.locator('button[type=submit]').click();
    await dialog.getByText('is shorter than 3 characters').waitFor();
    await why.fill('dialled a wrong number, and said so');
    await dialog.locator('button[type=submit]').click();
    await page.getByText('Nobody is owed a call').waitFor();
  }, 60_000);

  test('each figure and each bar of the day opens the calls that it counts, and no others', async () => {
    await miss(OTHER_CLIENT);
    await office.system.endedCalls((await office.system.calls()).length);
    const page = await as(SUPERVISOR, '/day');
    const links = page.locator('#content a[href^="/calls?"]');
    await links.first().waitFor();
    const figures = await Promise.all(
      (await links.all()).map(async (link) => ({
        href: (await link.getAttribute('href')) ?? '',
        words: (await link.getAttribute('aria-label')) ?? (await link.textContent()) ?? '',
      })),
    );
    expect(figures.map(({ words }) => words)).toContain('Answered1');
    expect(figures.filter(({ words }) => words.includes(':')).length).toBeGreaterThan(0);
    for (const { href, words } of figures) {
      const count = [...words.replace(/^.*?:\d\d: /, '').matchAll(/\d+/g)].reduce(
        (sum, [digits]) => sum + Number(digits),
        0,
      );
      if (words.includes(' · ')) continue; // a manager: his name, and no count of calls
      await page.goto(href);
      if (count === 0) await page.getByText('No call is like that').waitFor();
      else await page.getByRole('table', { name: 'Calls' }).waitFor();
      expect([words, await page.locator('tbody tr').count()]).toEqual([words, count]);
    }
  }, 60_000);

  test('a manager notes something about his client, takes it back, and undoes that', async () => {
    const page = await as(MANAGER, '/clients');
    await page.getByRole('link', { name: code }).click();
    await page.getByRole('textbox', { name: 'New note' }).fill('wants an offer by Friday');
    await page.getByRole('button', { name: 'Write' }).click();
    const note = page.getByRole('article').getByText('wants an offer by Friday');
    await note.waitFor();
    await page.getByRole('button', { name: 'Delete the note' }).click();
    await note.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await note.waitFor();
    await page.reload();
    await note.waitFor();
  });

  test('a note is written at a moment of a recording, and leads back to it', async () => {
    await office.recordingsReady();
    const page = await as(SUPERVISOR, `/recordings?clientCode=${code}`);
    await page
      .getByRole('button', { name: /^Listen to the call/ })
      .last()
      .click();
    await page.getByRole('textbox', { name: 'Note at this moment' }).fill('asks for the manager');
    await page.getByRole('button', { name: 'Write', exact: true }).click();
    await page.getByText('asks for the manager').waitFor();
    const moment = page.getByRole('button', { name: /^Go to / });
    const at = await moment.innerText();
    await moment.click();
    await page.getByPlaceholder(`Note at ${at}`).waitFor();
  });

  test('an administrator sees which devices are registered now, how a trunk stands, and each part’s health', async () => {
    const page = await as([ADMIN.email, ADMIN.password], '/devices');
    const device = page.getByRole('row', { name: /Anna · 101.*phone.*127\.0\.0\.1/ });
    await device.waitFor();
    await office.silentDesks();
    await page.getByText('No device is registered').waitFor();
    await page.goto('/trunks');
    await page.getByRole('row', { name: /takes calls from its addresses/ }).waitFor();
    await page.getByRole('button', { name: 'Change carrier' }).click();
    await page.getByRole('switch', { name: 'Switched on' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /switched off/ }).waitFor();
    await page.goto('/state');
    await page.getByText('Calls can be taken').waitFor();
    for (const part of ['Database', 'Ledger’s spool', 'SIP server', 'Media servers', 'Background jobs']) {
      await page.getByRole('listitem').filter({ hasText: part }).getByText('works').waitFor();
    }
  });
});
