import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** WCAG 2.2 AA and what it stands on, by axe's tags. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Colours change at once: what is half-way between two themes is nobody's. */
const AT_ONCE = `(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { transition: none !important; }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
})()`;

/** Fails where axe finds a barrier on the page as it is now, in the light theme or the dark one. */
export async function expectNoBarriers(page: Page): Promise<void> {
  const found: string[] = [];
  await page.evaluate(AT_ONCE);
  for (const theme of ['light', 'dark']) {
    await page.evaluate(`document.documentElement.setAttribute('data-mantine-color-scheme', '${theme}')`);
    // Outside of the page's policy, which would refuse the script.
    await page.evaluate(axe.source);
    // Without preloading: it copies styles, which the page's policy would refuse; no rule asked for here needs them.
    const { violations } = await page.evaluate<AxeResults>(
      `axe.run(document, ${JSON.stringify({ runOnly: TAGS, resultTypes: ['violations'], preload: false })})`,
    );
    found.push(
      ...violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${theme} ${id} ${target.join(' ')}: ${failureSummary}`),
      ),
    );
  }
  expect(found).toEqual([]);
}
