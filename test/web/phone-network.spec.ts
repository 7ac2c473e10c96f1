import type { Browser, Page } from 'playwright-core';
import type { Conversation } from '../../src/simulate/conversation.js';
import { CLIENT, cardOf, inBrowserOffice, MANAGER, talk as talkAt } from '../support/browser-office.js';
import { signIn } from '../support/browser.js';
import { turnOn, visitWithEars, visitWithPhone, waitToHear } from '../support/browser-phone.js';
import { expectSilenceOf, expectToHear, TONES, type Office } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { SoundDetour } from '../support/sound-detour.js';
import { tcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

const PATIENCE = { timeout: 40_000 };

describeWith(['chromium'], 'the phone of a browser whose network is lost', () => {
  let office: Office;
  let browser: Browser;
  let network: TcpProxy;
  const detours: SoundDetour[] = [];
  afterEach(async () => {
    await network.mend();
    for (const detour of detours.splice(0)) detour.close();
  });
  inBrowserOffice((...opened) => ([office, browser] = opened));
  beforeAll(async () => {
    network = await tcpProxy({ host: '127.0.0.1', port: office.system.httpPort });
  });
  afterAll(() => network?.close());
  const web = () => `http://127.0.0.1:${network.port}`;
  const stands = (page: Page, how: RegExp) => page.getByRole('button', { name: how }).waitFor(PATIENCE);
  const READY = /Extension 101 rings here/;
  const AWAY = /server does not answer|Connecting/;
  async function talk(page: Page): Promise<Conversation> {
    const caller = await talkAt(office, page);
    await waitToHear(page, TONES.caller);
    return caller;
  }

  test('talks on while the server is out of reach, and is part of the call again when it is back', async () => {
    const { page } = await visitWithPhone(browser, web(), MANAGER);
    const caller = await talk(page);
    await network.cut();
    await stands(page, AWAY);
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await network.mend();
    await stands(page, READY);
    await cardOf(page).getByRole('button', { name: 'Hold' }).click();
    await expectSilenceOf(caller.audio, TONES['101']);
    await cardOf(page).getByRole('button', { name: 'Take back' }).click();
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await waitToHear(page, TONES.caller);
    await caller.hangUp();
    await cardOf(page).waitFor({ state: 'detached' });
  }, 90_000);

  test('rings no more for a call that it lost sight of, and rings for the next one', async () => {
    const { page } = await visitWithPhone(browser, web(), MANAGER);
    const call = await office.call(CLIENT);
    await page.getByRole('alertdialog').waitFor();
    await network.cut();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    call.cancel();
    await network.mend();
    await stands(page, READY);
    const caller = await talk(page);
    await caller.hangUp();
    await cardOf(page).waitFor({ state: 'detached' });
  }, 90_000);

  test('rings again for a client who still waits, when the network was lost for a moment', async () => {
    const { page } = await visitWithPhone(browser, web(), MANAGER);
    const call = await office.call(CLIENT);
    await page.getByRole('alertdialog').waitFor();
    await network.cut();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await network.mend();
    await stands(page, READY);
    await page.getByRole('alertdialog').getByRole('button', { name: 'Answer' }).click();
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await waitToHear(page, TONES.caller);
    await caller.hangUp();
    await cardOf(page).waitFor({ state: 'detached' });
    const [ended] = (await office.system.calls()).slice(-1);
    expect(ended).toMatchObject({ outcome: 'answered', endedBy: 'client' });
  }, 90_000);

  test('keeps a connection that lives, and gives up one that is dead, when the network is back', async () => {
    const { page } = await visitWithPhone(browser, web(), MANAGER);
    const connections: string[] = [];
    page.on('websocket', (socket) => connections.push(socket.url()));
    const back = () => page.evaluate(`window.dispatchEvent(new Event('online'))`);
    const answered = page.waitForResponse(/\/api\/v1\//).catch(() => undefined);
    await back();
    await page.reload();
    await answered;
    await stands(page, READY);
    const before = connections.filter((url) => url.endsWith('/sip')).length;
    await back();
    const call = await office.call(CLIENT);
    await page.getByRole('alertdialog').waitFor();
    call.cancel();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect(connections.filter((url) => url.endsWith('/sip'))).toHaveLength(before);
    network.stall();
    await back();
    await stands(page, AWAY);
    await network.mend();
    await stands(page, READY);
    const again = await office.call(CLIENT);
    await page.getByRole('alertdialog').waitFor();
    again.cancel();
  }, 90_000);

  test('rings again after the machine slept', async () => {
    const { page } = await visitWithEars(browser, web());
    await page.clock.install();
    await signIn(page, ...MANAGER);
    await turnOn(page);
    network.stall();
    await page.clock.fastForward('10:00'); // as a lid that is closed
    await stands(page, AWAY);
    await network.mend();
    await stands(page, READY);
    const call = await office.call(CLIENT);
    await page.getByRole('alertdialog').waitFor();
    call.cancel();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  }, 90_000);

  /** A call whose sound is led through ways that can be broken. */
  async function talkByDetour() {
    const { page, context } = await visitWithEars(browser, web());
    const detour = await SoundDetour.of(context);
    detours.push(detour);
    await signIn(page, ...MANAGER);
    await turnOn(page);
    const caller = await talk(page);
    expect(detour.ways).toBe(1);
    return { page, detour, caller };
  }

  test('finds another way for the sound of a call where the old one is cut', async () => {
    const { page, detour, caller } = await talkByDetour();
    await network.cut();
    detour.cut();
    await cardOf(page).getByText('reconnecting…').waitFor(PATIENCE);
    await network.mend();
    await cardOf(page)
      .getByText('reconnecting…')
      .waitFor({ state: 'detached', ...PATIENCE });
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await waitToHear(page, TONES.caller);
    await caller.hangUp();
    await cardOf(page).waitFor({ state: 'detached' });
  }, 90_000);

  test('finds another way for the sound of a call where the old one only falls silent, and says where there is none', async () => {
    const { page, detour, caller } = await talkByDetour();
    const { ways } = detour;
    detour.deafen();
    await until('another way is sought', () => detour.ways > ways, 20_000);
    await waitToHear(page, TONES.caller);
    await expectToHear(caller.audio, TONES['101'], 15_000);
    detour.deafen({ forGood: true });
    await page.getByRole('alert').getByText('Nothing comes from the other side').waitFor(PATIENCE);
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await caller.hangUp();
    await cardOf(page).waitFor({ state: 'detached' });
  }, 90_000);
});
