import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { delimiter, join } from 'node:path';
import { existsSync } from 'node:fs';
import { env } from './env.js';

const FLAGS = [
  '--no-sandbox',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

/** Starts Debian's Chromium without a screen. */
export function openBrowser(flags: readonly string[] = []): Promise<Browser> {
  const folder = env.path.split(delimiter).find((one) => existsSync(join(one, 'chromium')));
  if (!folder) throw new Error('no chromium on the PATH');
  return chromium.launch({ executablePath: join(folder, 'chromium'), args: [...FLAGS, ...flags] });
}

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** What the page complained of: errors thrown, and what its policy refused. */
  complaints: string[];
}

export interface VisitOptions extends BrowserContextOptions {
  language?: 'en' | 'ru';
}

/** A window of its own, with cookies of its own. */
export async function visit(
  browser: Browser,
  web: string,
  { language = 'en', ...options }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: web,
    locale: language === 'en' ? 'en-GB' : 'ru-RU',
    timezoneId: 'Europe/Moscow',
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // What the server answers with 4xx the page has to deal with; the browser writes it down all the same.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  return { page, context, complaints };
}

/** All that the page's scripts hold in memory, once what nobody needs is gone; texts stand in it as they are. */
export async function memoryOf(page: Page): Promise<string> {
  const devtools = await page.context().newCDPSession(page);
  let memory = '';
  devtools.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => (memory += chunk));
  await devtools.send('HeapProfiler.collectGarbage');
  await devtools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await devtools.detach();
  return memory;
}

/** Signs in on the page, as a person does. */
export async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto('/');
  await page.locator('input[type=email]').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.locator('nav').waitFor({ state: 'attached' });
}
