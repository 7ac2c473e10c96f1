import type { Browser } from 'playwright-core';
import { wavHeader } from '../../src/common/wav-header.js';
import { expectNoBarriers } from '../support/accessibility.js';
import { openBrowser, signIn, visit } from '../support/browser.js';
import { Office } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { ADMIN } from '../support/system.js';
import { until } from '../support/until.js';

describeWith(['chromium'], 'on the pages', () => {
  let office: Office;
  let browser: Browser;
  beforeAll(async () => {
    [office, browser] = await Promise.all([Office.open(), openBrowser()]);
    await office.allManagers();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await office?.close();
  });

  test('a manager says that he is away until a time, and the supervisor’s wall shows it at once', async () => {
    const wall = await visit(browser, office.system.web);
    await signIn(wall.page, 'supervisor@example.com', 'supervisor-demo');
    await wall.page.getByRole('heading', { name: 'Live wall' }).waitFor();
    const { page, context, complaints } = await visit(browser, office.system.web);
    await signIn(page, 'manager1@example.com', 'manager1-demo');
    await page.getByRole('button', { name: /Account/ }).click();
    await page.getByRole('menuitem', { name: 'Back at…' }).click();
    await page.getByLabel('Time').fill('15:00');
    await expectNoBarriers(page);
    await page.getByRole('button', { name: 'Go away' }).click();
    await wall.page.getByText(/back at .*15:00/).waitFor();
    await page.getByRole('button', { name: /Account, Away/ }).click();
    await page.getByText(/Away, back at .*15:00/).waitFor();
    await page.getByRole('menuitem', { name: 'I am here again' }).click();
    await wall.page.getByText(/back at .*15:00/).waitFor({ state: 'detached' });
    expect([...complaints, ...wall.complaints]).toEqual([]);
    await Promise.all([context.close(), wall.context.close()]);
  });

  test('a prompt is uploaded, heard and chosen as a greeting; what is no sound is refused at its field', async () => {
    const { page, context, complaints } = await visit(browser, office.system.web);
    await signIn(page, ADMIN.email, ADMIN.password);
    await page.goto('/prompts');
    await page.getByRole('button', { name: 'Upload a prompt' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('holidays');
    const file = page.locator('input[type=file]');
    await file.setInputFiles({ name: 'x.wav', mimeType: 'audio/wav', buffer: Buffer.from('no sound') });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('is no WAV file').waitFor();
    await expectNoBarriers(page);
    await file.setInputFiles({ name: 'holidays.wav', mimeType: 'audio/wav', buffer: beep() });
    await page.getByRole('button', { name: 'Save' }).click();
    const row = page.getByRole('row', { name: /holidays.*your own/ });
    await row.getByRole('button', { name: /Listen/ }).click();
    await until('the prompt is heard', () =>
      page.evaluate<boolean>('document.querySelector("audio").currentTime > 0'),
    );
    await expectNoBarriers(page);
    await page.goto('/numbers');
    await page.getByRole('button', { name: 'Change +74950000100' }).click();
    await page.getByRole('combobox', { name: 'Greeting' }).click();
    await page.getByRole('option', { name: 'holidays' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('“holidays” → rings sales').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});

/** Two seconds of a tone, 16 kHz. */
function beep(): Buffer {
  const data = Buffer.alloc(64_000);
  for (let at = 0; at < 32_000; at++)
    data.writeInt16LE(Math.round(9000 * Math.sin((2 * Math.PI * 440 * at) / 16_000)), at * 2);
  return Buffer.concat([wavHeader(1, 16_000, data.length), data]);
}
