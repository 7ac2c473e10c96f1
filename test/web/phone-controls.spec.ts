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

  test('a recorded call between colleagues is paused by either where he talks, and the wall says who talks', async () => {
    await office.system.api('PATCH', '/company', { recordsInternalCalls: true });
    const { page } = await phoneOn();
    const wall = await visit(browser, office.system.web);
    await signIn(wall.page, 'supervisor@example.com', 'supervisor-demo');
    const onWall = wall.page.getByRole('region', { name: 'Calls now' }).getByRole('listitem');
    const boris = await office.manager('102');
    const card = cardOf(page);
    const pauseAndGoOn = async () => {
      await card.getByRole('button', { name: /^Pause the recording/ }).click();
      await onWall.getByText('recording paused').waitFor();
      await card.getByRole('button', { name: /^Record on/ }).click();
      await onWall.getByText('recording paused').waitFor({ state: 'detached' });
    };
    await page.getByRole('button', { name: /^Phone of this browser/ }).click();
    await page.getByRole('textbox', { name: 'Extension or client code' }).fill('102');
    await page.keyboard.press('Enter');
    const incoming = await boris.incoming();
    await onWall.getByText('Anna · 101').waitFor();
    await onWall.getByText('rings at Boris').waitFor();
    const called = await incoming.answer(TONES['102']);
    await waitToHear(page, TONES['102']);
    await onWall.getByText('with Boris · 102').waitFor();
    const anna = wall.page.getByRole('region', { name: 'Managers' }).getByRole('listitem').first();
    await anna.filter({ hasText: 'Anna' }).getByText('talking').waitFor();
    await pauseAndGoOn();
    await called.hangUp();
    await card.waitFor({ state: 'detached' });
    const calling = await boris.dial('101', { toneHz: TONES['102'] });
    await page.getByRole('alertdialog').getByRole('button', { name: 'Answer' }).click();
    const caller = await calling.answered;
    await waitToHear(page, TONES['102']);
    await onWall.getByText('Boris · 102').waitFor();
    await pauseAndGoOn();
    await caller.hangUp();
    await onWall.waitFor({ state: 'detached' });
    await office.system.api('PATCH', '/company', { recordsInternalCalls: false });
  }, 90_000);

  test('the card of a call fits a phone’s screen, each button in one line', async () => {
    const viewport = { width: 360, height: 740 };
    const { page } = await visitWithPhone(browser, office.system.web, MANAGER, { viewport });
    await talk(page);
    await cardOf(page)
      .getByRole('button', { name: /^Pause the recording/ })
      .waitFor();
    expect(await page.evaluate(BROKEN)).toEqual([]);
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitemradio', { name: 'Русский' }).click();
    await page.getByRole('button', { name: 'Завершить' }).waitFor();
    expect(await page.evaluate(BROKEN)).toEqual([]);
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

/** The buttons of a call's card that reach beyond it, or whose words take more than one line. */
const BROKEN = `(() => {
  const card = document.querySelector('[aria-label^="Call with"], [aria-label^="Разговор"]');
  const { right } = card.getBoundingClientRect();
  const lines = (button) => {
    const texts = document.createTreeWalker(button, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    return texts.nextNode() ? (range.selectNodeContents(texts.currentNode), range.getClientRects().length) : 1;
  };
  return [...card.querySelectorAll('button')]
    .filter((button) => button.getBoundingClientRect().right > right || lines(button) > 1)
    .map((button) => button.textContent || button.ariaLabel);
})()`;

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
