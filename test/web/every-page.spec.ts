import type { Browser } from 'playwright-core';
import { expectNoBarriers } from '../support/accessibility.js';
import { openBrowser, signIn, visit } from '../support/browser.js';
import { Office } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { ADMIN } from '../support/system.js';
import { PAGES } from './pages.js';

const CLIENT = '+79261234567';
/** A client's code among what was received. */
const CODE = /"code":"\d{5}"/;
const SKELETON = '[role=status][aria-label="Loading…"]';

describeWith(['chromium'], 'every page', () => {
  let office: Office;
  let browser: Browser;
  beforeAll(async () => {
    [office, browser] = await Promise.all([Office.open(), openBrowser()]);
    await office.allManagers();
    const call = await office.call(CLIENT);
    await call.ringing;
    call.cancel();
    await office.system.endedCalls(1);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await office?.close();
  });

  const people = {
    manager: ['manager1@example.com', 'manager1-demo'],
    supervisor: ['supervisor@example.com', 'supervisor-demo'],
    admin: [ADMIN.email, ADMIN.password],
  } as const;

  test.each(Object.entries(people))(
    'of a %s opens without a complaint, has no barrier in either theme, and never holds a client’s number',
    async (role, [email, password]) => {
      const { page, context, complaints } = await visit(browser, office.system.web);
      const received: string[] = [];
      page.on('response', (response) => {
        if (/json/.test(response.headers()['content-type'] ?? '')) {
          void response.text().then(
            (text) => received.push(text),
            () => undefined, // the page moved on
          );
        }
      });
      page.on('websocket', (socket) =>
        socket.on('framereceived', ({ payload }) => received.push(String(payload))),
      );
      await signIn(page, email, password);
      for (const { path, heading } of PAGES[role as keyof typeof PAGES]) {
        await page.goto(path);
        await page.getByRole('heading', { level: 1, name: heading }).waitFor();
        await page.locator(SKELETON).first().waitFor({ state: 'detached' });
        await expectNoBarriers(page);
        received.push(await page.content());
        // What a list leads to: a call's page, a client's card.
        for (const kind of ['calls', 'clients']) {
          if (path !== `/${kind}`) continue;
          await page.locator(`tbody a[href^="/${kind}/"]`).first().click();
          await page.waitForURL(new RegExp(`/${kind}/.+`));
          await page.locator(SKELETON).first().waitFor({ state: 'detached' });
          await expectNoBarriers(page);
          received.push(await page.content());
        }
      }
      received.push(
        String(
          await page.evaluate(
            'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
          ),
        ),
      );
      expect(received.length).toBeGreaterThan(10);
      expect(received.join()).toMatch(CODE); // that clients were there to be seen
      expect(complaints).toEqual([]);
      expect(received.filter((text) => text.replace(/\D/g, '').includes(CLIENT.slice(2)))).toEqual([]);
      await context.close();
    },
    150_000,
  );

  test.each(['en', 'ru'] as const)(
    'fits a phone’s screen: nothing needs scrolling sideways, in %s',
    async (language) => {
      const { page, context } = await visit(browser, office.system.web, {
        language,
        viewport: { width: 360, height: 740 },
      });
      await signIn(page, ADMIN.email, ADMIN.password);
      const wide: string[] = [];
      for (const { path } of PAGES.admin) {
        await page.goto(path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.locator('[role=status] .mantine-Skeleton-root').first().waitFor({ state: 'detached' });
        const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
        if (width > 360) wide.push(`${path}: ${width}`);
      }
      expect(wide).toEqual([]);
      await context.close();
    },
    60_000,
  );

  test('an administrator’s mistake is told at its field, and an extension comes with a QR code', async () => {
    const { page, context } = await visit(browser, office.system.web);
    await signIn(page, ADMIN.email, ADMIN.password);
    await page.goto('/extensions');
    await page.getByRole('button', { name: 'New extension' }).click();
    await page.getByRole('textbox', { name: 'Number' }).fill('abc');
    await page.getByRole('textbox', { name: 'Name' }).fill('Galina');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('is not 2 to 6 digits').waitFor();
    await page.getByRole('textbox', { name: 'Number' }).fill('104');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'QR code for Linphone' }).click();
    await page.getByRole('img', { name: 'QR code of the account' }).waitFor();
    await expectNoBarriers(page);
    await context.close();
  });

  test('the live wall moves without a reload', async () => {
    const { page, context } = await visit(browser, office.system.web);
    await signIn(page, 'supervisor@example.com', 'supervisor-demo');
    await page.getByText('Nobody calls at the moment').waitFor();
    const call = await office.call(CLIENT);
    await call.ringing;
    await page.getByText(/rings at .*Anna/).waitFor();
    call.cancel();
    await page.getByText('Nobody calls at the moment').waitFor();
    await context.close();
  });
});
