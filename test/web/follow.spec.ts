import type { Browser } from 'playwright-core';
import { expectNoBarriers } from '../support/accessibility.js';
import { openBrowser, signIn, visit } from '../support/browser.js';
import { TONES } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { SupervisorOffice } from '../support/supervisor-office.js';

describeWith(['chromium'], 'on the live wall', () => {
  let at: SupervisorOffice;
  let browser: Browser;
  beforeAll(async () => {
    [at, browser] = await Promise.all([SupervisorOffice.open(), openBrowser()]);
    await at.office.manager('101');
    await at.begin();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await at?.close();
  });

  test('a supervisor follows a manager from call to call, is not free meanwhile, and ends it', async () => {
    const { page, context, complaints } = await visit(browser, at.office.system.web);
    await signIn(page, 'supervisor@example.com', 'supervisor-demo');
    const managers = page.getByRole('region', { name: 'Managers' });
    const sofia = managers.getByRole('listitem').filter({ hasText: 'Sofia' });
    await sofia.getByText('free').waitFor();
    const follow = page.getByRole('button', { name: 'Follow Anna from call to call' });
    await follow.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Listen' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    const listening = await (await at.phone.incoming()).answer(0);
    const anna = managers.getByRole('listitem').filter({ hasText: '101' });
    await anna.getByText('Sofia listens to each call').waitFor();
    await sofia.getByText('supervises').waitFor();
    await expectNoBarriers(page);
    for (let call = 0; call < 2; call++) {
      at.watcher.events.length = 0;
      const { client, manager } = await at.talk();
      await at.expectSound([[listening, [TONES.caller, TONES['101']]]]);
      await page.getByText('Sofia: listens').waitFor();
      await client.hangUp();
      await manager.ended;
      await page.getByText('Sofia: listens').waitFor({ state: 'detached' });
    }
    await follow.click();
    await page.getByRole('menuitem', { name: 'Follow no more' }).click();
    await listening.ended;
    await anna.getByText('Sofia listens to each call').waitFor({ state: 'detached' });
    await sofia.getByText('free').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});
