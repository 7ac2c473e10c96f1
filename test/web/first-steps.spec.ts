import type { Browser } from 'playwright-core';
import { openBrowser, signIn, visit } from '../support/browser.js';
import { Office } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { expectNoBarriers } from '../support/accessibility.js';

describeWith(['chromium'], 'the cabinets', () => {
  let office: Office;
  let browser: Browser;
  beforeAll(async () => {
    [office, browser] = await Promise.all([Office.open(), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await office?.close();
  });

  test('a wrong password says what to do, the right one leads to the manager’s debts', async () => {
    const { page, context, complaints } = await visit(browser, office.system.web);
    await page.goto('/');
    await page.getByLabel('E-mail').fill('manager1@example.com');
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('An administrator can set a new password').waitFor();
    await expectNoBarriers(page);
    await page.getByLabel('Password', { exact: true }).fill('manager1-demo');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'My debts' }).waitFor();
    await page.getByText('Nobody waits for your call').waitFor();
    await expectNoBarriers(page);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a missed client appears among the debts and the calls by himself', async () => {
    const { page, context, complaints } = await visit(browser, office.system.web);
    await signIn(page, 'manager1@example.com', 'manager1-demo');
    await page.getByText('Nobody waits for your call').waitFor();
    await office.allManagers();
    const call = await office.call('+79261234567');
    await call.ringing;
    call.cancel();
    await page.getByText('1 unanswered call').waitFor();
    const debt = page.getByRole('listitem').first();
    const code = await debt.getByRole('link').innerText();
    await page.getByRole('link', { name: 'My calls' }).click();
    await page.getByRole('row', { name: new RegExp(`${code}.*gave up`) }).waitFor();
    await expectNoBarriers(page);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('language and appearance change at once, and stay', async () => {
    const { page, context } = await visit(browser, office.system.web);
    await signIn(page, 'manager1@example.com', 'manager1-demo');
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitemradio', { name: 'Русский' }).click();
    await page.getByRole('heading', { name: 'Мои долги' }).waitFor();
    await page.getByRole('button', { name: 'Оформление' }).click();
    await page.getByRole('menuitemradio', { name: 'Тёмное' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Мои долги' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark');
    await context.close();
  });

  test('the whole way in is open to the keyboard alone', async () => {
    const { page, context } = await visit(browser, office.system.web);
    await page.goto('/');
    await page.getByLabel('E-mail').waitFor();
    await page.keyboard.type('manager1@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.type('manager1-demo');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'My debts' }).waitFor();
    await page.getByRole('link', { name: 'My calls' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'My calls' }).waitFor();
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
    await context.close();
  });

  test('a person changes his own password, and whoever is signed in elsewhere with the old one is out', async () => {
    const [here, elsewhere] = await Promise.all([
      visit(browser, office.system.web),
      visit(browser, office.system.web),
    ]);
    for (const { page } of [here, elsewhere]) await signIn(page, 'manager2@example.com', 'manager2-demo');
    const { page } = here;
    await page.getByRole('button', { name: /Account/ }).click();
    await page.getByRole('menuitem', { name: 'My password' }).click();
    const fill = (name: string, text: string) => page.getByLabel(new RegExp(`^${name}( \\*)?$`)).fill(text);
    await fill('Current password', 'a wrong password');
    await fill('New password', 'a new password 2');
    await fill('New password once more', 'another password');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('is not the same as above').waitFor();
    await fill('New password once more', 'a new password 2');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('is not your current password').waitFor();
    await expectNoBarriers(page);
    await fill('Current password', 'manager2-demo');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('The password is changed').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'My password' }).waitFor();
    await elsewhere.page.reload();
    await elsewhere.page.getByLabel('E-mail').waitFor();
    await Promise.all([here.context.close(), elsewhere.context.close()]);
  });
});
