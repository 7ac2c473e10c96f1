import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { wavHeader } from '../../src/common/wav-header.js';
import { PAGE_EARS } from './page-ears.js';
import { openBrowser, signIn, visit, type Visit, type VisitOptions } from './browser.js';
import { until } from './until.js';

const RATE = 48_000;
const SECONDS = 60;

/** A Chromium whose microphone hears a tone. @param hz of the tone @param folder for its file */
export function browserWithTone(folder: string, hz: number): Promise<Browser> {
  const samples = Int16Array.from({ length: SECONDS * RATE }, (_, i) =>
    Math.round(12_000 * Math.sin((2 * Math.PI * hz * i) / RATE)),
  );
  const sound = Buffer.from(samples.buffer);
  const file = join(folder, `microphone-${hz}.wav`);
  writeFileSync(file, Buffer.concat([wavHeader(1, RATE, sound.length), sound]));
  return openBrowser(['--allow-loopback-in-peer-connection', `--use-file-for-fake-audio-capture=${file}`]);
}

/** A window of its own whose page may use the microphone, and in which it is measured what is heard. */
export async function visitWithEars(
  browser: Browser,
  web: string,
  options: VisitOptions = {},
): Promise<Visit> {
  const visited = await visit(browser, web, { permissions: ['microphone', 'notifications'], ...options });
  await visited.context.addInitScript(PAGE_EARS);
  return visited;
}

/** The cabinets with the phone turned on. */
export async function visitWithPhone(
  browser: Browser,
  web: string,
  [email, password]: readonly [string, string],
  options: VisitOptions = {},
): Promise<Visit> {
  const visited = await visitWithEars(browser, web, options);
  await signIn(visited.page, email, password);
  await turnOn(visited.page);
  return visited;
}

/** Turns the phone of this browser on, as a person does. */
export async function turnOn(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Phone of this browser/ }).click();
  await page.getByRole('switch', { name: 'This browser rings' }).check();
  await page.getByText(/^Extension \d+ rings here/).waitFor();
  await page.keyboard.press('Escape');
}

/** Waits until this tone is heard in the page. */
export async function waitToHear(page: Page, hz: number): Promise<void> {
  await until(`${hz} Hz is heard in the page`, () => hears(page, hz));
}

export const hears = (page: Page, hz: number): Promise<boolean> => page.evaluate(`globalThis.hears(${hz})`);

/** Waits until the page itself sounds like this. */
export async function waitForSound(page: Page, hz: number): Promise<void> {
  await until(`the page sounds at ${hz} Hz`, () => page.evaluate<boolean>(`globalThis.sounds(${hz})`));
}

/** Whether the page itself has made any sound. */
export const hasSounded = (page: Page): Promise<boolean> => page.evaluate('globalThis.hasSounded()');

export interface ShownNotification {
  title: string;
  body: string;
  closed: boolean;
}

/** What the page has shown beyond its window, the oldest first. */
export const notificationsOf = (page: Page): Promise<ShownNotification[]> =>
  page.evaluate('globalThis.notifications()');

/** The names of the microphones that the page's calls listen to. */
export const microphonesOf = (page: Page): Promise<string[]> => page.evaluate('globalThis.microphones()');

/** The ids of the speakers that the page plays on; '' is the system's own. */
export const speakersOf = (page: Page): Promise<string[]> => page.evaluate('globalThis.speakers()');
