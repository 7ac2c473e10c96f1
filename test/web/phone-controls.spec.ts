import type { Browser, Page } from 'playwright-core';
import { CLIENT, cardOf, inBrowserOffice, MANAGER, talk as talkAt } from '../support/browser-office.js';
import {
  hasSounded,
  microphonesOf,
  notificationsOf,
  speakersOf,
  turnOn,
  visitWithEars,
  visitWithPhone,
  waitForSound,
  waitToHear,
} from '../support/browser-phone.js';
import type { RecordingView } from '../../src/contracts/recordings.js';
import { expectNoBarriers } from '../support/accessibility.js';
import { signIn, visit } from '../support/browser.js';
import { expectSilenceOf, expectToHear, TONES, type Office } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { until } from '../support/until.js';

/** Hz; the first note of the ringing. */
const RING = 659;

describeWith(['chromium'], 'in the browser', () => {
  let office: Office;
  let browser: Browser;
  inBrowserOffice((...opened) => ([office, browser] = opened));
  const phoneOn = () => visitWithPhone(browser, office.system.web, MANAGER);
  const talk = (page: Page) => talkAt(office, page);

  test('a call sounds and is notified of in one tab alone, until it is taken', async () => {
    const { page, context } = await phoneOn();
    const other = await context.newPage();
    await other.goto('/');
    await other.getByRole('button', { name: /Extension 101 rings here/ }).waitFor();
    expect([await hasSounded(page), await notificationsOf(page)]).toEqual([false, []]);
    const call = await office.call(CLIENT);
    await waitForSound(page, RING);
    const card = other.getByRole('alertdialog', { name: 'Incoming call' });
    await card.waitFor();
    const [shown] = await notificationsOf(page);
    expect(shown).toMatchObject({ title: 'Incoming call', closed: false });
    expect(shown?.body).toMatch(/^Client \d{5}$/);
    expect([await hasSounded(other), await notificationsOf(other)]).toEqual([false, []]);
    await card.getByRole('button', { name: 'Answer' }).click();
    await call.answered;
    await until('the ringing is over', async () => !(await page.evaluate(`globalThis.sounds(${RING})`)));
    expect(await notificationsOf(page)).toMatchObject([{ closed: true }]);
  }, 60_000);

  test('keys reach the other side, pressed with the mouse or typed', async () => {
    const { page } = await phoneOn();
    const caller = await talk(page);
    await page.getByRole('button', { name: 'Keypad' }).click();
    const keypad = page.getByRole('dialog', { name: 'Keypad' });
    await keypad.getByRole('button', { name: '5', exact: true }).click();
    await keypad.getByRole('button', { name: '#', exact: true }).click();
    await page.keyboard.press('0');
    await page.keyboard.press('*');
    await until('the keys are heard', () => caller.audio.heardKeys === '5#0*');
    await page.keyboard.press('Escape');
    await page.keyboard.press('7');
    await expectToHear(caller.audio, TONES['101'], 15_000);
    expect(caller.audio.heardKeys).toBe('5#0*');
  }, 60_000);

  test('the keyboard answers, mutes, holds and ends, also while one writes and in Russian', async () => {
    const { page } = await phoneOn();
    await page.getByRole('button', { name: 'Call a client' }).click();
    await page.getByRole('textbox', { name: 'Client code', exact: true }).focus();
    const call = await office.call(CLIENT);
    await page.getByRole('alertdialog').waitFor();
    await page.keyboard.press('Shift+Alt+A');
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await pressInRussian(page, 'KeyM', 'Ь');
    await expectSilenceOf(caller.audio, TONES['101']);
    await pressInRussian(page, 'KeyM', 'Ь');
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await page.keyboard.press('Shift+Alt+H');
    await cardOf(page).getByText('on hold').waitFor();
    await expectSilenceOf(caller.audio, TONES['101']);
    await page.keyboard.press('Shift+Alt+H');
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await pressInRussian(page, 'KeyE', 'У');
    await caller.ended;
    await cardOf(page).waitFor({ state: 'detached' });
    const declined = await office.call(CLIENT);
    await page.getByRole('alertdialog').waitFor();
    await page.keyboard.press('Shift+Alt+E');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    declined.cancel();
  }, 60_000);

  test('another microphone and speaker are taken in the middle of a call, and kept for the next one', async () => {
    const { page } = await phoneOn();
    const caller = await talk(page);
    const [before] = await microphonesOf(page);
    expect(await speakersOf(page)).toEqual(['']);
    await page.getByRole('button', { name: /^Phone of this browser/ }).click();
    const choose = async (label: string) => {
      await page.getByRole('combobox', { name: label }).click();
      const option = page.getByRole('option').last();
      const name = await option.textContent();
      await option.click();
      return name;
    };
    const microphone = await choose('Microphone');
    const speaker = await choose('Speaker');
    expect([microphone, speaker]).not.toContain('as the system has it');
    expect(microphone).not.toBe(before);
    await until('the call listens to it', async () => (await microphonesOf(page)).join() === microphone);
    const idOf = (kind: string, label: string | null) =>
      page.evaluate<string>(
        `navigator.mediaDevices.enumerateDevices().then((all) =>
          all.find((one) => one.kind === '${kind}' && one.label === ${JSON.stringify(label)}).deviceId)`,
      );
    const speakerId = await idOf('audiooutput', speaker);
    await until('the call plays on it', async () => (await speakersOf(page)).join() === speakerId);
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await waitToHear(page, TONES.caller);
    await caller.hangUp();
    await cardOf(page).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: /Extension 101 rings here/ }).waitFor();
    await talk(page);
    expect([await microphonesOf(page), await speakersOf(page)]).toEqual([[microphone], [speakerId]]);
  }, 60_000);

  test('a recording is paused where one talks, is seen to be, and is resumed from the wall', async () => {
    const { page } = await phoneOn();
    const wall = await visit(browser, office.system.web);
    await signIn(wall.page, 'supervisor@example.com', 'supervisor-demo');
    const caller = await talk(page);
    const card = cardOf(page);
    await card.getByRole('button', { name: /^Pause the recording/ }).press('Enter');
    await card.getByText('recording paused').waitFor();
    await expectNoBarriers(page);
    const onWall = wall.page.getByRole('listitem').filter({ hasText: 'recording paused' });
    await onWall.waitFor();
    await expectNoBarriers(wall.page);
    await onWall.getByRole('button', { name: /^Record on/ }).press('Enter');
    await onWall.waitFor({ state: 'detached' });
    await card.getByText('recording paused').waitFor({ state: 'detached' });
    await card.getByRole('button', { name: /^Pause the recording/ }).waitFor();
    await caller.hangUp();
    await card.waitFor({ state: 'detached' });
    const [call] = await office.system.calls();
    const { body } = await office.system.api<RecordingView>('GET', `/recordings/${call!.recordingId}`);
    expect(body.pauses).toEqual([{ fromMs: expect.any(Number), toMs: expect.any(Number) }]);
  }, 60_000);

  test('the phone rings no more once its person has signed out, here or elsewhere', async () => {
    const { page, context } = await phoneOn();
    const devices = async () =>
      (await office.system.api<{ items: unknown[] }>('GET', '/devices')).body.items.length;
    const before = await devices();
    await page.getByRole('button', { name: /Account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.locator('input[type=password]').waitFor();
    await until('it is registered no more', async () => (await devices()) === before - 1);
    await context.close();
    const elsewhere = await visitWithEars(browser, office.system.web);
    await signIn(elsewhere.page, ...MANAGER);
    await turnOn(elsewhere.page);
    await office.system.sql(
      `DELETE FROM user_token WHERE user_id = (SELECT id FROM user_account WHERE email = $1)`,
      [MANAGER[0]],
    );
    await until('it is registered no more', async () => (await devices()) === before - 1, 40_000);
  }, 90_000);
});

/** As a keyboard with the Russian layout sends it. */
async function pressInRussian(page: Page, code: string, letter: string): Promise<void> {
  await page.keyboard.down('Shift');
  await page.keyboard.down('Alt');
  const devtools = await page.context().newCDPSession(page);
  for (const type of ['rawKeyDown', 'keyUp'] as const) {
    // modifiers: Alt 1, Shift 8
    await devtools.send('Input.dispatchKeyEvent', { type, code, key: letter, modifiers: 9 });
  }
  await page.keyboard.up('Alt');
  await page.keyboard.up('Shift');
}
