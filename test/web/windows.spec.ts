import type { Browser, Page } from 'playwright-core';
import { en } from '../../src/web/i18n/en.js';
import { SHOTS, type Role } from '../screenshots/shots.js';
import { Story } from '../screenshots/story.js';
import { expectNoBarriers } from '../support/accessibility.js';
import { openBrowser, signIn, visit } from '../support/browser.js';
import { Office } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { ADMIN } from '../support/system.js';

const PEOPLE: Record<Exclude<Role, 'nobody'>, readonly [string, string]> = {
  manager: ['manager1@example.com', 'manager1-demo'],
  supervisor: ['supervisor@example.com', 'supervisor-demo'],
  admin: [ADMIN.email, ADMIN.password],
};
const OPEN = '[role=dialog], [role=menu]';

describeWith(['chromium'], 'whatever opens on a page', () => {
  let office: Office;
  let browser: Browser;
  beforeAll(async () => {
    [office, browser] = await Promise.all([Office.open(), openBrowser()]);
    await Story.play(office, 2);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await office?.close();
  });

  test.each(Object.entries(PEOPLE))(
    'has no barrier in either theme, takes the focus, and gives it back at Escape: a %s’s',
    async (role, [email, password]) => {
      const { page, context, complaints } = await visit(browser, office.system.web, {
        reducedMotion: 'reduce',
      });
      await signIn(page, email, password);
      for (const { name, path, prepare } of SHOTS.filter((shot) => shot.role === role && shot.prepare)) {
        await page.goto(path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.locator('[role=status] .mantine-Skeleton-root').first().waitFor({ state: 'detached' });
        await prepare?.(page, en);
        await expectNoBarriers(page);
        if ((await page.locator(OPEN).count()) === 0) continue; // it leads to another page, or opens a part of this one
        expect([name, await isWithin(page)]).toEqual([name, true]);
        await page.keyboard.press('Escape');
        await page.locator(OPEN).first().waitFor({ state: 'detached' });
        expect([name, await page.evaluate('document.activeElement.tagName')]).toEqual([name, 'BUTTON']);
      }
      expect(complaints).toEqual([]);
      await context.close();
    },
    240_000,
  );
});

/** Whether the focus is in what was opened. */
const isWithin = (page: Page): Promise<boolean> =>
  page
    .waitForFunction(`document.activeElement.closest('${OPEN}') !== null`, undefined, { timeout: 2_000 })
    .then(() => true)
    .catch(() => false);
