import type { Browser, Page } from 'playwright-core';
import { Phone } from '../../src/simulate/phone.js';
import { expectNoBarriers } from '../support/accessibility.js';
import { openBrowser, signIn, visit } from '../support/browser.js';
import { describeWith } from '../support/requirements.js';
import { ADMIN, System } from '../support/system.js';

const NUMBER = '+74951234567';

describeWith(['chromium'], 'the first steps', () => {
  let system: System;
  let browser: Browser;
  let carrier: Phone;
  beforeAll(async () => {
    [system, browser] = await Promise.all([System.start({ settings: { SEED: 'none' } }), openBrowser()]);
    carrier = await Phone.open({
      server: { ip: '127.0.0.1', port: system.sipPort },
      user: 'carrier',
      rings: false,
    });
  }, 60_000);
  afterAll(async () => {
    await carrier?.close();
    await browser?.close();
    await system?.stop();
  });

  const fill = (page: Page, name: string, text: string) =>
    page.getByRole('textbox', { name, exact: true }).fill(text);
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

  test('lead from an empty system to a number that is answered, and go on where they were left', async () => {
    const { page, context, complaints } = await visit(browser, system.web);
    await signIn(page, ADMIN.email, ADMIN.password);
    await page.getByRole('heading', { name: 'First steps' }).waitFor();
    await press(page, 'Save and go on');
    await page.getByText('is empty').waitFor();
    await fill(page, 'Name', 'Romashka');
    await page.getByRole('combobox', { name: 'Country' }).fill('Russ');
    await page.getByRole('option', { name: 'Russia' }).click();
    await press(page, 'Save and go on');

    await press(page, 'New trunk');
    await fill(page, 'Name', 'carrier');
    await page.getByText('address', { exact: true }).click();
    await fill(page, 'Host', '127.0.0.1');
    await fill(page, 'Port', String(carrier.sipPort));
    await page.getByLabel('Sends from').first().fill('127.0.0.1');
    await page.keyboard.press('Enter');
    await press(page, 'Save');
    await page.getByText('For your own lists').waitFor();

    await page.goto('/'); // left, and come back
    await page.getByRole('heading', { name: 'First steps' }).waitFor();
    await fill(page, 'Number', NUMBER);
    await fill(page, 'Name', 'Main number');
    await press(page, 'Save and go on');
    await page.getByRole('button', { name: 'Add this person' }).waitFor();
    await expectNoBarriers(page);

    await press(page, 'Change Carrier');
    await press(page, 'Look at the connection');
    await page.getByText('The carrier answers').waitFor();
    await fill(page, 'Number for a test call', '+79161234567');
    await press(page, 'Call');
    const called = await carrier.incoming();
    expect(called.shown.user).toBe(NUMBER);
    const answered = await called.answer();
    await page.getByText('The test call was answered').waitFor();
    await answered.ended;
    await expectNoBarriers(page);

    await press(page, 'Change People');
    await fill(page, 'Name', 'Anna');
    await fill(page, 'E-mail', 'anna@example.com');
    await press(page, 'Add this person');
    const card = page.getByRole('dialog');
    await card.getByRole('button', { name: 'QR code for Linphone' }).click();
    await card.getByRole('img', { name: 'QR code of the account' }).waitFor();
    const password = await card
      .getByRole('row', { name: /^Password/ })
      .locator('code')
      .innerText();
    await page.keyboard.press('Escape');
    await page.getByText(`Ready: call ${NUMBER}`).waitFor();

    const desk = await Phone.open({
      server: { ip: '127.0.0.1', port: system.sipPort },
      user: '101',
      password,
    });
    expect((await desk.register()).status).toBe(200);
    const call = await carrier.dial(NUMBER, { from: '+79261234567' });
    const taken = await (await desk.incoming()).answer();
    await (await call.answered).hangUp();
    await taken.ended;
    expect(await system.endedCalls(1)).toMatchObject([{ outcome: 'answered', manager: { name: 'Anna' } }]);
    const tested = (await system.ledger()).filter(({ kind }) => kind === 'trunk.tested');
    expect(tested.map(({ payload }) => JSON.stringify(payload))).toEqual([
      expect.not.stringContaining('9161234567'),
    ]);
    await desk.close();
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  test.each([
    [486, 'The call came through'],
    [403, 'The carrier refuses'],
    [404, 'does not know the called number'],
    [503, 'The carrier failed'],
  ])('a carrier that answers %d: what it means, and what to do', async (status, finding) => {
    const { page, context } = await visit(browser, system.web);
    await signIn(page, ADMIN.email, ADMIN.password);
    await page.goto('/trunks');
    await page.getByRole('button', { name: 'Test: carrier' }).click();
    await fill(page, 'Number for a test call', '+79161234567');
    await press(page, 'Call');
    (await carrier.incoming()).refuse(status);
    await page.getByText(finding).waitFor();
    await page.getByText(`The carrier said: ${status}`).waitFor();
    await context.close();
  });
});
