import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { MediaServerView } from '../../src/contracts/media-servers.js';
import { expectNoBarriers } from '../support/accessibility.js';
import { openBrowser, signIn, visit } from '../support/browser.js';
import { openManyMedia, type ManyMedia } from '../support/many-media.js';
import { TONES } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { ADMIN } from '../support/system.js';
import { until } from '../support/until.js';

describeWith(['chromium'], 'the media servers’ page', () => {
  let folder: string;
  let media: ManyMedia;
  let browser: Browser;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linekeeper-web-'));
    [media, browser] = await Promise.all([openManyMedia(folder, 1), openBrowser()]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await media?.office.close();
    await media?.stop();
    rmSync(folder, { recursive: true });
  }, 60_000);

  const system = () => media.office.system;
  const servers = async () =>
    (await system().api<{ items: MediaServerView[] }>('GET', '/media-servers')).body.items;

  test('drains one after a second thought, shows when it is empty, and lets it take calls again', async () => {
    await until('both are up', async () => (await servers()).every(({ health }) => health === 'up'));
    const [desk] = await media.office.allManagers();
    const call = await media.office.call('+79161234570');
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const client = await call.answered;
    const busy = (await servers()).find(({ legs }) => legs > 0)?.name ?? '';
    const { page, context, complaints } = await visit(browser, system().web);
    await signIn(page, ADMIN.email, ADMIN.password);
    await page.goto('/state');
    const row = page.getByRole('row').filter({ hasText: busy });
    const drain = page.getByRole('button', { name: `Drain ${busy}` });
    await drain.press('Enter');
    await page.getByText(`Drain ${busy}? It gets no new calls`).waitFor();
    await expectNoBarriers(page);
    await page.keyboard.press('Escape');
    await page.getByText(`Drain ${busy}? It gets no new calls`).waitFor({ state: 'detached' });
    expect((await servers()).some(({ draining }) => draining)).toBe(false);
    await drain.press('Enter');
    await page.getByRole('button', { name: 'Drain', exact: true }).press('Enter');
    await row.getByText('draining', { exact: true }).waitFor();
    expect((await servers()).find(({ name }) => name === busy)).toMatchObject({ draining: true });
    await client.hangUp();
    await manager.ended;
    await row.getByText('empty: may be stopped').waitFor();
    await expectNoBarriers(page);
    await page.getByRole('button', { name: `Resume ${busy}` }).press('Enter');
    await row.getByText('up', { exact: true }).waitFor();
    expect((await servers()).every(({ draining }) => !draining)).toBe(true);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  test('is read by a supervisor, who drains nothing', async () => {
    const { page, context } = await visit(browser, system().web);
    await signIn(page, 'supervisor@example.com', 'supervisor-demo');
    await page.goto('/state');
    await page.getByRole('table', { name: 'Media servers' }).waitFor();
    expect(await page.getByRole('button', { name: /^Drain/ }).count()).toBe(0);
    await context.close();
  });

  test('shows which part is down and what is said of it, as soon as it is', async () => {
    const { page, context, complaints } = await visit(browser, system().web);
    await signIn(page, ADMIN.email, ADMIN.password);
    await page.goto('/state');
    const part = (name: string) => page.getByRole('listitem').filter({ hasText: name });
    const [box] = media.boxes;
    await page.getByText('Calls can be taken').waitFor();
    process.kill(box?.pid ?? 0, 'SIGKILL');
    await page
      .getByRole('row', { name: box?.name ?? '' })
      .getByText('down', { exact: true })
      .waitFor();
    await page.getByText('Calls can be taken').waitFor();
    await media.stopServers();
    await page.getByText('Something is down').waitFor();
    await part('SIP server').getByText('no connection to drachtio-server').waitFor();
    await part('Media servers').getByText('no media server is up').waitFor();
    await part('Database').getByText('works').waitFor();
    await expectNoBarriers(page);
    expect(complaints.filter((text) => !/503/.test(text))).toEqual([]);
    await context.close();
  }, 60_000);
});
