import type { Browser } from 'playwright-core';
import { expectNoBarriers } from '../support/accessibility.js';
import { memoryOf, openBrowser, signIn, visit } from '../support/browser.js';
import { Office, TONES } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { ADMIN } from '../support/system.js';
import { until } from '../support/until.js';

const CLIENT = '+79261234567';
const MANAGER = ['manager1@example.com', 'manager1-demo'] as const;
const SUPERVISOR = ['supervisor@example.com', 'supervisor-demo'] as const;

describeWith(['chromium'], 'in the cabinets', () => {
  let office: Office;
  let browser: Browser;
  let code: string;
  let recordingId: string;
  beforeAll(async () => {
    [office, browser] = await Promise.all([Office.open(), openBrowser()]);
    code = await office.clientOf('101', CLIENT);
    const [call] = await office.system.calls();
    recordingId = call?.recordingId ?? '';
    const { body } = await office.system.api<{ items: { id: string }[] }>('GET', '/clients');
    await office.system.api('POST', `/clients/${body.items[0]?.id}/notes`, { text: 'prefers mornings' });
    await until('the recording is stored', async () => {
      const { body: recording } = await office.system.api<{ state: string }>(
        'GET',
        `/recordings/${recordingId}`,
      );
      return recording.state === 'stored';
    });
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await office?.close();
  });

  test('a call at a softphone shows who it is, what was before and what was noted, and pauses its recording, until it is over', async () => {
    const { page, context, complaints } = await visit(browser, office.system.web);
    await signIn(page, ...MANAGER);
    const desk = await office.manager('101');
    const call = await office.call(CLIENT);
    const ringing = await desk.incoming();
    const card = page.getByRole('region', { name: 'A call at your phone' });
    await card.getByRole('link', { name: code }).waitFor();
    await card.getByText('answered', { exact: true }).waitFor();
    await card.getByText('prefers mornings').waitFor();
    await expectNoBarriers(page);
    await ringing.answer(TONES['101']);
    const talking = page.getByRole('region', { name: 'The call at your phone' });
    await card.waitFor({ state: 'detached' });
    await talking.getByRole('button', { name: `Pause the recording: ${code}` }).click();
    await talking.getByText('recording paused').waitFor();
    await talking.getByRole('button', { name: `Record on: ${code}` }).click();
    await talking.getByText('recording paused').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Client’s card, write a note' }).click();
    await page.getByRole('heading', { level: 1, name: `Client ${code}` }).waitFor();
    await (await call.answered).hangUp();
    await talking.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('what the server says of a field stands there in the person’s own language', async () => {
    const { page, context } = await visit(browser, office.system.web, { language: 'ru' });
    await signIn(page, ADMIN.email, ADMIN.password);
    await page.goto('/extensions');
    await page.getByRole('button', { name: 'Новый номер' }).click();
    await page.getByRole('textbox', { name: 'Номер' }).fill('abc');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('это не 2–6 цифр').waitFor();
    await page.getByText('не заполнено').waitFor();
    await page.getByRole('textbox', { name: 'Номер' }).fill('101');
    await page.getByRole('textbox', { name: 'Имя' }).fill('Галина');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('это номер другого внутреннего номера').waitFor();
    await context.close();
  });

  test('the ledger tells in words what happened, and is narrowed by kind and by person', async () => {
    const { page, context } = await visit(browser, office.system.web);
    await signIn(page, ADMIN.email, ADMIN.password);
    await page.goto('/ledger');
    const entries = page.getByRole('list', { name: 'Ledger' }).getByRole('listitem');
    await page.getByRole('combobox', { name: 'What happened' }).click();
    await page.getByRole('option', { name: 'A call was answered' }).click();
    await entries.filter({ hasText: 'Anna · 101' }).first().waitFor();
    await until('only such entries stand there', async () =>
      (await entries.allInnerTexts()).every((text) => text.includes('A call was answered')),
    );
    await page.getByRole('combobox', { name: 'Who' }).click();
    await page.getByRole('option', { name: ADMIN.email }).click();
    await page.getByText('No entry is like that').waitFor();
    expect(new URL(page.url()).searchParams.get('kind')).toBe('call.answered');
    await context.close();
  });

  test('recordings are found by client, manager and day, and the address keeps it', async () => {
    const { page, context } = await visit(browser, office.system.web);
    await signIn(page, ...SUPERVISOR);
    await page.goto('/recordings');
    await page.getByRole('textbox', { name: 'Client code' }).fill(code);
    await page.getByRole('combobox', { name: 'Manager' }).click();
    await page.getByRole('option', { name: 'Boris · 102' }).click();
    await page.getByText('No recording is like that').waitFor();
    await page.reload();
    await page.getByText('No recording is like that').waitFor();
    expect(await page.getByRole('textbox', { name: 'Client code' }).inputValue()).toBe(code);
    await page.getByRole('combobox', { name: 'Manager' }).click();
    await page.getByRole('option', { name: 'Anna · 101' }).click();
    await page
      .getByRole('button', { name: /^Listen to the call/ })
      .first()
      .waitFor();
    await page.getByLabel('Day').fill('2020-01-01');
    await page.getByText('No recording is like that').waitFor();
    await context.close();
  });

  test('a client’s number is shown to a supervisor for a reason, once, and is kept nowhere', async () => {
    const { page, context, complaints } = await visit(browser, office.system.web);
    const received: string[] = [];
    page.on('response', (response) => {
      if (response.url().endsWith('/reveal')) received.push(response.headers()['cache-control'] ?? '');
    });
    await signIn(page, ...SUPERVISOR);
    await page.goto('/clients');
    await page.getByRole('link', { name: new RegExp(code) }).click();
    const open = page.getByRole('button', { name: 'Show the number' });
    await open.press('Enter');
    const dialog = page.getByRole('dialog', { name: `Number of ${code}` });
    const why = dialog.getByRole('textbox', { name: 'Why must you see it?' });
    await why.fill('ask');
    await dialog.getByRole('button', { name: 'Show', exact: true }).click();
    // All that is wrong with a field stands there.
    await dialog.getByText(/^says too little: 10 characters or more.*; is not two words$/).waitFor();
    await expectNoBarriers(page);
    await why.fill('a courier must call him');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    // Not looked for by its text: what is looked for stays in the page's memory.
    expect(await dialog.locator('p.figures').innerText()).toBe(CLIENT);
    await expectNoBarriers(page);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Close');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    const kept = await page.evaluate<string>(
      `JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state,
        document.documentElement.outerHTML])`,
    );
    expect(kept).not.toContain(CLIENT.slice(2));
    expect(received).toContain('no-store');
    await until(
      'the number is in the page’s memory no more',
      async () => {
        const memory = await memoryOf(page);
        return memory.includes(code) && !memory.includes(CLIENT);
      },
      20_000,
    );
    await open.click();
    await why.waitFor();
    expect(await page.content()).not.toContain(CLIENT);
    const written = await office.system.sql<{ payload: { reason: string } }>(
      `SELECT payload FROM ledger_entry WHERE kind = 'number.revealed'`,
    );
    expect(written.map(({ payload }) => payload.reason)).toEqual(['a courier must call him']);
    await office.system.api('PATCH', '/company', { revealQuota: 1 });
    await why.fill('a courier must call him again');
    await dialog.getByRole('button', { name: 'Show', exact: true }).click();
    await dialog.getByRole('alert').getByText('1 numbers were shown to you within 24 hours').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  test('the last media server is not drained, and the page says what to do', async () => {
    const { page, context } = await visit(browser, office.system.web);
    await signIn(page, ADMIN.email, ADMIN.password);
    await page.goto('/state');
    await page.getByRole('button', { name: /^Drain / }).click();
    await page.getByRole('button', { name: 'Drain', exact: true }).click();
    await page.getByText('no other media server would take calls').waitFor();
    await context.close();
  });

  test('a note at a recording that was deleted comes back with “undo”', async () => {
    const { page, context } = await visit(browser, office.system.web);
    await signIn(page, ...SUPERVISOR);
    const note = { atMs: 0, text: 'worth hearing' };
    await office.system.signIn('supervisor', ...SUPERVISOR);
    await office.system.api('POST', `/recordings/${recordingId}/notes`, note, { as: 'supervisor' });
    await page.goto(`/recordings?clientCode=${code}`);
    await page
      .getByRole('button', { name: /^Listen to the call/ })
      .last()
      .click();
    await page.getByRole('button', { name: 'Delete the note: worth hearing' }).click();
    await page.getByText('worth hearing').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('worth hearing').waitFor();
    await context.close();
  });
});
