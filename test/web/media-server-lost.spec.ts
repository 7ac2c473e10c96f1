import type { Browser } from 'playwright-core';
import type { MediaServerView } from '../../src/contracts/media-servers.js';
import { cardOf, inBrowserOffice, MANAGER, talk } from '../support/browser-office.js';
import { browserWithTone, visitWithEars, visitWithPhone, waitToHear } from '../support/browser-phone.js';
import { testDatabase } from '../support/database.js';
import { embeddedEngine } from '../support/embedded-engine.js';
import { startEngines } from '../support/engines.js';
import { env } from '../support/env.js';
import { startMediaBox, type MediaBox } from '../support/media-box.js';
import { expectToHear, Office, TONES } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { until } from '../support/until.js';

describeWith(['chromium'], 'a media server that is killed -9 while a browser talks', () => {
  let office: Office;
  let browser: Browser;
  let first: string;
  let folder: string;
  const boxes: MediaBox[] = [];
  const closing: (() => Promise<unknown>)[] = [];
  inBrowserOffice(
    (...opened) => ([office, browser] = opened),
    async (its) => {
      folder = its;
      const engines = env.engine === 'external' ? await startEngines(folder) : await embeddedEngine(folder);
      const database = await testDatabase();
      boxes.push(await startMediaBox(folder, 1), await startMediaBox(folder, 2));
      first = engines.settings['FREESWITCH_URL'] as string;
      closing.push(() => engines.stop(), ...boxes.map((box) => () => box.stop()));
      closing.push(() => database.drop());
      const urls = [first, ...boxes.map(({ url }) => url)];
      return Office.open({
        shared: { engines, database },
        settings: {
          ...engines.settings,
          FREESWITCH_URL: urls.join(','),
          RECORDINGS_DIR: `${folder}/recordings`,
        },
      });
    },
  );
  afterAll(async () => {
    for (const close of closing) await close();
  }, 60_000);

  const servers = async () =>
    (await office.system.api<{ items: MediaServerView[] }>('GET', '/media-servers')).body.items;
  const rejoined = async () =>
    (await office.system.sql(`SELECT 1 FROM ledger_entry WHERE kind = 'call.rejoined'`)).length;

  /** New calls go to this one alone. @returns what lets the others take calls again */
  async function callsGoTo(box: MediaBox): Promise<() => Promise<void>> {
    await until('two media servers are up', async () => {
      const up = (await servers()).filter(({ health }) => health === 'up').map(({ name }) => name);
      return up.includes(box.name) && up.includes(new URL(first).host);
    });
    const others = (await servers()).map(({ name }) => name).filter((name) => name !== box.name);
    const tell = (what: string) => async (name: string) =>
      void (await office.system.api('POST', `/media-servers/${name}/${what}`));
    await Promise.all(others.map(tell('drain')));
    return async () => void (await Promise.all(others.map(tell('resume'))));
  }

  async function kill(box: MediaBox, count: number): Promise<void> {
    process.kill(box.pid, 'SIGKILL');
    await until('both are joined anew', async () => (await rejoined()) === count);
  }

  test('he and the client hear each other again, on another one', async () => {
    const [victim] = boxes as [MediaBox, MediaBox];
    const { page, complaints } = await visitWithPhone(browser, office.system.web, MANAGER);
    const resume = await callsGoTo(victim);
    const caller = await talk(office, page);
    await waitToHear(page, TONES.caller);
    await resume();
    await kill(victim, 1);
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
    const [, victim] = boxes as [MediaBox, MediaBox];
    const street = await browserWithTone(folder, TONES.caller);
    closing.push(() => street.close());
    const { page } = await visitWithPhone(browser, office.system.web, MANAGER);
    const client = (await visitWithEars(street, office.system.web)).page;
    const resume = await callsGoTo(victim);
    await client.goto('/try');
    await client.getByRole('button', { name: 'Call the company' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Answer' }).click();
    const hearEachOther = () =>
      Promise.all([waitToHear(page, TONES.caller), waitToHear(client, TONES['101'])]);
    await hearEachOther();
    await resume();
    await kill(victim, 2);
    await hearEachOther();
    await client.getByRole('button', { name: 'Hang up' }).click();
    await cardOf(page).waitFor({ state: 'detached' });
  }, 90_000);
});
