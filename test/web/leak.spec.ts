import type { Browser, BrowserContext, Page } from 'playwright-core';
import { inBrowserOffice, MANAGER } from '../support/browser-office.js';
import { turnOn, visitWithEars, waitToHear } from '../support/browser-phone.js';
import { signIn } from '../support/browser.js';
import { LeakFinder } from '../support/leak-finder.js';
import { leakyCall, leakyHeaders, spellingsOf } from '../support/leaky-carrier.js';
import { COMPANY_NUMBER, expectToHear, TONES, type Office } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { PAGES } from './pages.js';

const CLIENT = '+79167654321';
const [international, national] = spellingsOf(CLIENT);

/** Everything that the browser keeps for the page's origin. */
const KEPT = `(async () => {
  const databases = {};
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((done) => (indexedDB.open(name).onsuccess = ({ target }) => done(target.result)));
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store).getAll();
      databases[name + '/' + store] = await new Promise((done) => (all.onsuccess = () => done(all.result)));
    }
  }
  const caches_ = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) caches_[request.url] = await (await cache.match(request)).text();
  }
  return JSON.stringify({ local: { ...localStorage }, session: { ...sessionStorage }, databases, caches: caches_,
    cookie: document.cookie, history: history.state, name: window.name });
})()`;

/** What comes over the wire, both ways, and what the page keeps and shows. */
class Watched {
  readonly surfaces = new Map<string, string[]>();
  private readonly reading: Promise<void>[] = [];

  constructor(context: BrowserContext) {
    context.on('page', (page) => this.follow(page));
    context.on('request', (request) => {
      const path = new URL(request.url()).pathname;
      this.keep(
        `request ${path}`,
        request.url(),
        JSON.stringify(request.headers()),
        request.postData() ?? '',
      );
    });
    context.on('response', (response) => {
      const name = `response ${new URL(response.url()).pathname}`;
      this.keep(name, JSON.stringify(response.headers()));
      const body = response.body().then(
        (bytes) => this.keep(name, bytes.toString('latin1')),
        () => undefined, // the page moved on
      );
      this.reading.push(body);
    });
  }

  follow(page: Page): void {
    page.on('console', (message) => this.keep('the console', message.text()));
    page.on('websocket', (socket) => {
      const name = `WebSocket ${new URL(socket.url()).pathname}`;
      const keep = ({ payload }: { payload: string | Buffer }) => this.keep(name, String(payload));
      socket.on('framereceived', keep).on('framesent', keep);
    });
  }

  /** What the page shows and keeps now. */
  async look(page: Page, name: string): Promise<void> {
    this.keep(`${name}: the page`, await page.content(), await page.title());
    this.keep(`${name}: storage`, await page.evaluate<string>(KEPT));
  }

  async expectNoLeak(): Promise<void> {
    await Promise.all(this.reading);
    const finder = new LeakFinder(CLIENT);
    const leaks = [...this.surfaces].flatMap(([surface, texts]) =>
      finder.find(texts.join('\n')).map((hit) => ({ surface, ...hit })),
    );
    expect(leaks).toEqual([]);
  }

  private keep(surface: string, ...texts: string[]): void {
    this.surfaces.set(surface, [...(this.surfaces.get(surface) ?? []), ...texts]);
  }
}

describeWith(['chromium'], 'a manager’s browser', () => {
  let office: Office;
  let browser: Browser;
  inBrowserOffice((...opened) => ([office, browser] = opened));

  test('never holds a client’s number: in pages, storage and traffic, SIP included, while he is talked with and after', async () => {
    const { page, context } = await visitWithEars(browser, office.system.web);
    const watched = new Watched(context);
    watched.follow(page);
    await signIn(page, ...MANAGER);
    await turnOn(page);
    const { carrier } = office;
    const call = await carrier.dial(COMPANY_NUMBER, {
      toneHz: TONES.caller,
      ...leakyCall(international, carrier.sipPort),
    });
    const incoming = page.getByRole('alertdialog');
    await incoming.waitFor();
    await watched.look(page, 'while he rings');
    await incoming.getByRole('button', { name: 'Answer' }).click();
    const client = await call.answered;
    await waitToHear(page, TONES.caller);
    await client.dialog.request('INFO', {
      headers: { ...leakyHeaders(national, carrier.sipPort), 'Content-Type': 'text/plain' },
      body: `from ${CLIENT}`,
    });
    const card = page.getByRole('region', { name: /^Call with/ });
    await card.getByRole('button', { name: 'Hold' }).click();
    await card.getByText('on hold').waitFor();
    await card.getByRole('button', { name: 'Take back' }).click();
    await expectToHear(client.audio, TONES['101'], 15_000);
    await watched.look(page, 'while he is talked with');
    const code = /\d{5}/.exec((await card.getAttribute('aria-label')) ?? '')?.[0] as string;
    await client.hangUp();
    await card.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Call a client' }).click();
    await page.getByRole('textbox', { name: 'Client code', exact: true }).fill(code);
    const ringing = carrier.incoming();
    await page.keyboard.press('Enter');
    const called = await (await ringing).answer(TONES.caller, leakyHeaders(national, carrier.sipPort));
    await waitToHear(page, TONES.caller);
    await watched.look(page, 'while he was called');
    await called.hangUp();
    await card.waitFor({ state: 'detached' });
    const missed = await carrier.dial(COMPANY_NUMBER, leakyCall(national, carrier.sipPort));
    await incoming.waitFor();
    missed.cancel();
    await incoming.waitFor({ state: 'detached' });
    await office.system.endedCalls(3);

    for (const { path, heading } of PAGES.manager) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await page.locator('[role=status][aria-label="Loading…"]').first().waitFor({ state: 'detached' });
      await watched.look(page, path);
    }
    await page.goto('/clients');
    await page
      .getByRole('link', { name: new RegExp(code) })
      .first()
      .click();
    await page.getByText(code).first().waitFor();
    expect(await page.getByRole('button', { name: 'Show the number' }).count()).toBe(0);
    await watched.look(page, 'his own page');

    // What saw nothing proves nothing.
    const sip = watched.surfaces.get('WebSocket /sip')?.join('\n') ?? '';
    expect(sip).toMatch(/^INVITE [\s\S]*^BYE /m);
    expect(sip).toContain(code);
    expect(watched.surfaces.get('WebSocket /live')?.join('\n')).toContain(code);
    expect(watched.surfaces.get('his own page: storage')?.join('')).toContain('linekeeper.instance');
    expect(
      [...watched.surfaces.keys()].filter((name) => name.startsWith('response /api/')).length,
    ).toBeGreaterThan(5);
    await watched.expectNoLeak();
  }, 120_000);
});
