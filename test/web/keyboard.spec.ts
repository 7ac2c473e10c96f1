import type { Browser, Page } from 'playwright-core';
import { openBrowser, signIn, visit } from '../support/browser.js';
import { Office } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { ADMIN } from '../support/system.js';
import { PAGES } from './pages.js';

const LAST = 250;

/**
 * In the page: what stands around an element and may show that it has the focus, before and after; and what there is to
 * be reached with Tab.
 */
const WATCH = `(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { transition: none !important; }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const look = (element) => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(element);
    return [outlineStyle === 'none' ? '' : outlineWidth, boxShadow, borderColor].join();
  };
  const around = (element) =>
    [element, element.parentElement, element.parentElement?.parentElement, element.nextElementSibling]
      .map((one) => (one ? look(one) : ''))
      .join('|');
  const reachable = [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex="0"]')].filter(
    (element) => element.tabIndex >= 0 && !element.disabled && element.checkVisibility({ visibilityProperty: true }),
  );
  const before = new Map(reachable.map((element) => [element, around(element)]));
  const nameOf = (element) =>
    element.tagName + ' ' + (element.getAttribute('aria-label') ?? element.innerText ?? element.name ?? '').slice(0, 40);
  globalThis.reached = new Set();
  globalThis.stop = () => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    // A date has several stops within: day, month, year.
    const again = globalThis.reached.has(element) && element !== globalThis.last;
    globalThis.last = element;
    globalThis.reached.add(element);
    const box = element.getBoundingClientRect();
    return {
      name: nameOf(element),
      again,
      shown: !before.has(element) || before.get(element) !== around(element),
      seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
  };
  // Of radio buttons with one name, Tab reaches one.
  globalThis.passedOver = () =>
    reachable.filter((element) => !globalThis.reached.has(element) && element.type !== 'radio').map(nameOf);
})()`;

/** A page has the focus at its heading when it was opened. */
const TO_THE_BEGINNING = `document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')`;

interface Stop {
  name: string;
  again: boolean;
  /** That it has the focus can be seen. */
  shown: boolean;
  seen: boolean;
}

/** Presses Tab from the page's beginning to its end. @returns where the focus was */
async function walk(page: Page): Promise<{ stops: Stop[]; passedOver: string[] }> {
  await page.evaluate(TO_THE_BEGINNING);
  await page.evaluate(WATCH);
  const stops: Stop[] = [];
  for (let presses = 0; presses < LAST; presses += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate<Stop | null>('globalThis.stop()');
    if (stop === null || stop.again) break;
    stops.push(stop);
  }
  return { stops, passedOver: await page.evaluate<string[]>('globalThis.passedOver()') };
}

describeWith(['chromium'], 'with the keyboard alone', () => {
  let office: Office;
  let browser: Browser;
  beforeAll(async () => {
    [office, browser] = await Promise.all([Office.open(), openBrowser()]);
    await office.allManagers();
    const call = await office.call('+79261234567');
    await call.ringing;
    call.cancel();
    await office.system.endedCalls(1);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await office?.close();
  });

  test.each([
    ['manager', 'manager1@example.com', 'manager1-demo'],
    ['admin', ADMIN.email, ADMIN.password],
  ] as const)(
    'everything on the pages of a %s is reached, in order, and is seen to have the focus',
    async (role, email, password) => {
      const { page, context } = await visit(browser, office.system.web, { reducedMotion: 'reduce' });
      await signIn(page, email, password);
      const wrong: string[] = [];
      for (const { path, heading } of PAGES[role]) {
        await page.goto(path);
        await page.getByRole('heading', { level: 1, name: heading }).waitFor();
        await page.locator('[role=status] .mantine-Skeleton-root').first().waitFor({ state: 'detached' });
        const { stops, passedOver } = await walk(page);
        expect([path, stops[0]?.name]).toEqual([path, 'A Skip to the content']);
        wrong.push(
          ...stops.filter(({ shown }) => !shown).map(({ name }) => `${path}: ${name} has the focus unseen`),
          ...stops.filter(({ seen }) => !seen).map(({ name }) => `${path}: ${name} is out of sight`),
          ...passedOver.map((name) => `${path}: ${name} is passed over`),
        );
      }
      expect(wrong).toEqual([]);
      await context.close();
    },
    180_000,
  );

  test('the content is reached at once, past the menu', async () => {
    const { page, context } = await visit(browser, office.system.web);
    await signIn(page, 'manager1@example.com', 'manager1-demo');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.evaluate(TO_THE_BEGINNING);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.closest("main") !== null')).toBe(true);
    await context.close();
  });

  test('a window keeps the focus within, and what is written in it is saved by Enter', async () => {
    const { page, context } = await visit(browser, office.system.web, { reducedMotion: 'reduce' });
    await signIn(page, ADMIN.email, ADMIN.password);
    await page.goto('/groups');
    await page.getByRole('button', { name: 'New group' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.waitForFunction('document.activeElement.name === "name"');
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.closest("[role=dialog]") !== null')).toBe(true);
    }
    await page.getByRole('textbox', { name: 'Name' }).focus();
    await page.keyboard.type('night shift');
    await page.keyboard.press('Enter');
    await page.getByRole('cell', { name: 'night shift', exact: true }).waitFor();
    await context.close();
  });
});
