import type { Browser } from 'playwright-core';
import type { MediaServerView } from '../../src/contracts/media-servers.js';
import { cardOf, inBrowserOffice, MANAGER, talk } from '../support/browser-office.js';
import { browserWithTone, visitWithEars, visitWithPhone, waitToHear } from '../support/browser-phone.js';
import { openManyMedia, type ManyMedia } from '../support/many-media.js';
import { expectToHear, TONES, type Office } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { until } from '../support/until.js';

describeWith(['chromium'], 'a media server that is killed -9 while a browser talks', () => {
  let office: Office;
  let browser: Browser;
  let media: ManyMedia;
  let folder: string;
  const closing: (() => Promise<unknown>)[] = [];
  inBrowserOffice(
    (...opened) => ([office, browser] = opened),
    async (its) => {
      folder = its;
      media = await openManyMedia(folder, 3); // one for each test, and one for a second try
      closing.push(() => media.stop());
      return media.office;
    },
  );
  afterAll(async () => {
    for (const close of closing) await close();
  }, 60_000);

  const servers = async () =>
    (await office.system.api<{ items: MediaServerView[] }>('GET', '/media-servers')).body.items;
  const rejoined = async () =>
    (await office.system.sql(`SELECT 1 FROM ledger_entry WHERE kind = 'call.rejoined'`)).length;

  /** New calls go to one alone, which lives still. @returns what lets the others take calls again, and kills it */
  async function oneToKill(): Promise<() => Promise<void>> {
    const victim = await until('two media servers are up', async () => {
      const up = (await servers()).filter(({ health }) => health === 'up').map(({ name }) => name);
      return up.includes(media.first) && media.boxes.find(({ name }) => up.includes(name));
    });
    const others = (await servers()).map(({ name }) => name).filter((name) => name !== victim.name);
    const tell = (what: string) =>
      Promise.all(others.map((name) => office.system.api('POST', `/media-servers/${name}/${what}`)));
    await tell('drain');
    return async () => {
      await tell('resume');
      const before = await rejoined();
      process.kill(victim.pid, 'SIGKILL');
      await until('both are joined anew', async () => (await rejoined()) > before);
    };
  }

  test('he and the client hear each other again, on another one', async () => {
    const { page, complaints } = await visitWithPhone(browser, office.system.web, MANAGER);
    const kill = await oneToKill();
    const caller = await talk(office, page);
    await waitToHear(page, TONES.caller);
    await kill();
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await waitToHear(page, TONES.caller);
    await cardOf(page).getByRole('button', { name: 'Hang up' }).click();
    await caller.ended;
    expect((await office.system.endedCalls(1)).at(-1)).toMatchObject({
      outcome: 'answered',
      ending: 'manager-hung-up',
    });
    expect(complaints).toEqual([]);
  }, 90_000);

  test('two browsers, of which one called, hear each other again', async () => {
    const street = await browserWithTone(folder, TONES.caller);
    closing.push(() => street.close());
    const { page } = await visitWithPhone(browser, office.system.web, MANAGER);
    const client = (await visitWithEars(street, office.system.web)).page;
    const kill = await oneToKill();
    await client.goto('/try');
    await client.getByRole('button', { name: 'Call the company' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Answer' }).click();
    const hearEachOther = () =>
      Promise.all([waitToHear(page, TONES.caller), waitToHear(client, TONES['101'])]);
    await hearEachOther();
    await kill();
    await hearEachOther();
    await client.getByRole('button', { name: 'Hang up' }).click();
    await cardOf(page).waitFor({ state: 'detached' });
  }, 90_000);
});
