import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { en } from '../../src/web/i18n/en.js';
import { ru } from '../../src/web/i18n/ru.js';
import type { Texts } from '../../src/web/i18n/en.js';
import { openBrowser, signIn, visit } from '../support/browser.js';
import { env } from '../support/env.js';
import { Office } from '../support/office.js';
import { ADMIN } from '../support/system.js';
import { SHOTS, type Role, type Shot } from './shots.js';
import { Story } from './story.js';

const PEOPLE: Record<Exclude<Role, 'nobody'>, readonly [string, string]> = {
  manager: ['manager1@example.com', 'manager1-demo'],
  supervisor: ['supervisor@example.com', 'supervisor-demo'],
  admin: [ADMIN.email, ADMIN.password],
};
const SIZES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} as const;
const TEXTS: Record<'en' | 'ru', Texts> = { en, ru: ru as unknown as Texts };
const LOADING = '[role=status] .mantine-Skeleton-root';
const { folder, only, readme } = env.screenshots;

const wanted = SHOTS.filter(({ name, role, readme: picture }) =>
  readme ? picture : !only || new RegExp(only).test(`${role}-${name}`),
);
const languages = readme ? (['en'] as const) : (['en', 'ru'] as const);
const sizes = readme ? (['desktop'] as const) : (['desktop', 'phone'] as const);
const views = languages.flatMap((language) => sizes.map((size) => ({ language, size })));
const roles = [...new Set(wanted.map(({ role }) => role))];

describe('screenshots', () => {
  let office: Office;
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    [office, browser] = await Promise.all([Office.open(), openBrowser()]);
    await Story.play(office);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await office?.close();
  }, 60_000);

  test.each(views.flatMap((view) => roles.map((role) => ({ ...view, role }))))(
    'of what a $role sees, in $language, on a $size',
    async ({ role, language, size }) => {
      const { page, context, complaints } = await visit(browser, office.system.web, {
        language,
        reducedMotion: 'reduce',
        ...SIZES[size],
      });
      if (role !== 'nobody') await signIn(page, ...PEOPLE[role]);
      for (const shot of wanted.filter((one) => one.role === role)) {
        await page.goto(shot.path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await settled(page);
        await shot.prepare?.(page, TEXTS[language]);
        await settled(page);
        await draw(page, shot, `${role}-${shot.name}-${size}-${language}`);
      }
      expect(complaints).toEqual([]);
      await context.close();
    },
    240_000,
  );
});

/** Waits until nothing is awaited from the server any more. */
async function settled(page: Page): Promise<void> {
  await page.locator(LOADING).first().waitFor({ state: 'detached' });
  await page.evaluate('document.fonts.ready');
}

/** The page as it is now, in both colour schemes. */
async function draw(page: Page, { readme: picture }: Shot, name: string): Promise<void> {
  for (const colorScheme of readme ? (['light'] as const) : (['light', 'dark'] as const)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const path = join(folder, `${name}-${colorScheme}.png`);
    await page.screenshot({ path, fullPage: !readme, animations: 'disabled' });
    if (readme && picture) copyFileSync(path, join(readme, `${picture}.png`));
  }
}
