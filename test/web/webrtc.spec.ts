import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expectNoBarriers } from '../support/accessibility.js';
import { browserWithTone, visitWithPhone, waitToHear } from '../support/browser-phone.js';
import { expectToHear, Office, TONES } from '../support/office.js';
import { describeWith } from '../support/requirements.js';

const CLIENT = '+79261234567';
const MANAGER = ['manager1@example.com', 'manager1-demo'] as const;

describeWith(['chromium'], 'the phone of a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-web-'));
  let office: Office;
  let browser: Browser;
  beforeAll(async () => {
    [office, browser] = await Promise.all([Office.open(), browserWithTone(folder, TONES['101'])]);
  }, 60_000);
  afterEach(() => office.silentDesks());
  afterAll(async () => {
    await browser?.close();
    await office?.close();
    rmSync(folder, { recursive: true });
  });

  test('rings beside softphones, takes the call, and carries tones both ways', async () => {
    const { page, context, complaints } = await visitWithPhone(browser, office.system.web, MANAGER);
    const desk = await office.manager('102');
    const call = await office.call(CLIENT);
    await desk.incoming();
    const card = page.getByRole('alertdialog', { name: 'Incoming call' });
    await card.waitFor();
    await expectNoBarriers(page);
    await card.getByRole('button', { name: 'Answer' }).click();
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await waitToHear(page, TONES.caller);
    await expectNoBarriers(page);
    await caller.hangUp();
    await page.getByRole('region', { name: /^Call with/ }).waitFor({ state: 'detached' });
    expect((await office.system.endedCalls(1))[0]).toMatchObject({
      outcome: 'answered',
      endedBy: 'client',
      manager: { number: '101' },
    });
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});
