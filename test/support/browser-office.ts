import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Conversation } from '../../src/simulate/conversation.js';
import { browserWithTone } from './browser-phone.js';
import { expectToHear, Office, TONES } from './office.js';

export const CLIENT = '+79261234567';
export const MANAGER = ['manager1@example.com', 'manager1-demo'] as const;

/**
 * For the tests of a block: the demo company at work, and a browser whose microphone hears the tone of 101. After each test its
 * windows are closed and the desks are silent.
 */
export function inBrowserOffice(
  opened: (office: Office, browser: Browser) => void,
  open: (folder: string) => Promise<Office> = () => Office.open(),
): void {
  let folder: string;
  let office: Office | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linekeeper-web-'));
    [office, browser] = await Promise.all([open(folder), browserWithTone(folder, TONES['101'])]);
    opened(office, browser);
  }, 60_000);
  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
    await office?.silentDesks();
  });
  afterAll(async () => {
    await browser?.close();
    await office?.close();
    rmSync(folder, { recursive: true });
  });
}

export const cardOf = (page: Page) => page.getByRole('region', { name: /^Call with/ });

/** A client calls, and is taken by the page. */
export async function talk(office: Office, page: Page): Promise<Conversation> {
  const call = await office.call(CLIENT);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Answer' }).click();
  const caller = await call.answered;
  await expectToHear(caller.audio, TONES['101'], 15_000);
  return caller;
}
