import type { Browser } from 'playwright-core';
import type { RtpAudio } from '../../src/simulate/rtp-audio.js';
import { expectNoBarriers } from '../support/accessibility.js';
import { CLIENT, inBrowserOffice, MANAGER } from '../support/browser-office.js';
import { visitWithPhone, waitToHear } from '../support/browser-phone.js';
import { expectSilenceOf, expectToHear, TONES, type Office } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { tonesIn } from '../support/tones.js';
import { until } from '../support/until.js';

const SUPERVISOR = ['supervisor@example.com', 'supervisor-demo'] as const;

const expectToHearBoth = (audio: RtpAudio, ...tones: [number, number]) =>
  until(`${tones.join(' and ')} Hz are heard`, async () => {
    const heard = tonesIn(await audio.listen(400), tones);
    return tones.every((tone) => heard.includes(tone));
  });

describeWith(['chromium'], 'the phone of a browser', () => {
  let office: Office;
  let browser: Browser;
  inBrowserOffice((...opened) => ([office, browser] = opened));

  test('rings beside softphones, takes the call, and carries tones both ways', async () => {
    const { page, complaints } = await visitWithPhone(browser, office.system.web, MANAGER);
    const desk = await office.manager('102');
    const call = await office.call(CLIENT);
    await desk.incoming();
    const card = page.getByRole('alertdialog', { name: 'Incoming call' });
    await card.waitFor();
    await expectNoBarriers(page);
    await card.getByRole('button', { name: 'Answer' }).click();
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await waitToHear(page, TONES.caller);
    await expectNoBarriers(page);
    await caller.hangUp();
    await page.getByRole('region', { name: /^Call with/ }).waitFor({ state: 'detached' });
    expect((await office.system.endedCalls(1))[0]).toMatchObject({
      outcome: 'answered',
      endedBy: 'client',
      manager: { number: '101' },
    });
    expect(complaints).toEqual([]);
  }, 60_000);

  test('holds, mutes, and passes the client on to a colleague', async () => {
    const { page } = await visitWithPhone(browser, office.system.web, MANAGER);
    const [desk, call] = [await office.manager('102'), await office.call(CLIENT)];
    await page.getByRole('alertdialog').getByRole('button', { name: 'Answer' }).click();
    const caller = await call.answered;
    await desk.incoming(); // that the group was rung
    await expectToHear(caller.audio, TONES['101'], 15_000);
    const card = page.getByRole('region', { name: /^Call with/ });
    await card.getByRole('button', { name: 'Hold' }).click();
    await expectSilenceOf(caller.audio, TONES['101']);
    await card.getByRole('button', { name: 'Take back' }).click();
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await waitToHear(page, TONES.caller);
    await card.getByRole('button', { name: 'Microphone off' }).click();
    await expectSilenceOf(caller.audio, TONES['101']);
    await card.getByRole('button', { name: 'Microphone on' }).click();
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await card.getByRole('button', { name: 'Pass on' }).click();
    await page.getByRole('combobox', { name: 'Colleague’s extension' }).fill('102');
    await page.getByRole('button', { name: 'Pass on at once' }).click();
    await (await desk.incoming()).answer(TONES['102']);
    await expectToHear(caller.audio, TONES['102'], 15_000);
    await card.waitFor({ state: 'detached' });
    await caller.hangUp();
    expect((await office.system.endedCalls(1)).at(-1)).toMatchObject({
      outcome: 'answered',
      manager: { number: '102' },
    });
  }, 60_000);

  test('calls a client by his code, asks a colleague, and connects the two', async () => {
    const { page } = await visitWithPhone(browser, office.system.web, MANAGER);
    const [desk, known] = [await office.manager('102'), (await office.system.calls()).at(-1)];
    await page.getByRole('button', { name: 'Call a client' }).click();
    await page.getByRole('textbox', { name: 'Client code', exact: true }).fill(known?.client?.code ?? '');
    await page.keyboard.press('Enter');
    const client = await (await office.carrier.incoming()).answer(TONES.caller);
    await waitToHear(page, TONES.caller);
    await expectToHear(client.audio, TONES['101'], 15_000);
    await page.getByRole('button', { name: 'Pass on' }).click();
    await page.getByRole('combobox', { name: 'Colleague’s extension' }).fill('102');
    await page.getByRole('button', { name: 'Ask first' }).click();
    const colleague = await (await desk.incoming()).answer(TONES['102']);
    await waitToHear(page, TONES['102']);
    await page
      .getByRole('region', { name: new RegExp(`^Call with.*${known?.client?.code}`) })
      .getByRole('button', { name: 'Pass on' })
      .click();
    await page.getByRole('button', { name: /^Connect with/ }).click();
    await expectToHear(client.audio, TONES['102'], 15_000);
    await expectToHear(colleague.audio, TONES.caller, 15_000);
    await page
      .getByRole('region', { name: /^Call with/ })
      .first()
      .waitFor({ state: 'detached' });
    await client.hangUp();
  }, 60_000);

  test('of a supervisor listens to both, whispers to the manager alone, and barges in for both', async () => {
    const extension = await office.system.api<{ id: string }>('POST', '/extensions', {
      number: '110',
      name: 'Sofia',
    });
    const people = await office.system.api<{ items: { id: string; email: string }[] }>('GET', '/people');
    const { id } = people.body.items.find(({ email }) => email === SUPERVISOR[0]) ?? {};
    await office.system.api('PATCH', `/people/${id}`, { extension: '110' });
    expect(extension.status).toBe(201);
    const { page, complaints } = await visitWithPhone(browser, office.system.web, SUPERVISOR);
    const [desk, call] = [await office.manager('102'), await office.call(CLIENT)];
    const manager = await (await desk.incoming()).answer(TONES['102']);
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['102']);
    await page.getByRole('button', { name: /^Join/ }).first().click();
    await page.getByRole('menuitem').first().click();
    await waitToHear(page, TONES['102']);
    await waitToHear(page, TONES.caller);
    await expectToHear(caller.audio, TONES['102']);
    await expectToHear(manager.audio, TONES.caller);
    await page.getByRole('button', { name: /^Join/ }).first().click();
    await page.getByRole('menuitem').nth(1).click();
    await expectToHearBoth(manager.audio, TONES.caller, TONES['101']);
    await expectToHear(caller.audio, TONES['102']);
    await page.getByRole('button', { name: /^Join/ }).first().click();
    await page.getByRole('menuitem').nth(2).click();
    await expectToHearBoth(caller.audio, TONES['102'], TONES['101']);
    await expectToHearBoth(manager.audio, TONES.caller, TONES['101']);
    await waitToHear(page, TONES['102']);
    await waitToHear(page, TONES.caller);
    await caller.hangUp();
    expect(complaints).toEqual([]);
  }, 60_000);

  test('is one for all tabs: each shows the call and takes it, and the next one takes over', async () => {
    const { page: first, context } = await visitWithPhone(browser, office.system.web, MANAGER);
    const devices = async () =>
      (await office.system.api<{ items: unknown[] }>('GET', '/devices')).body.items.length;
    const withOneTab = await devices();
    const second = await context.newPage();
    await second.goto('/');
    await second.getByRole('button', { name: /Extension 101 rings here/ }).waitFor();
    expect(await devices()).toBe(withOneTab);
    const call = await office.call(CLIENT);
    await first.getByRole('alertdialog').waitFor();
    await second.getByRole('alertdialog').getByRole('button', { name: 'Answer' }).click();
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['101'], 15_000);
    await first.close();
    await caller.ended;
    await second.getByRole('region', { name: /^Call with/ }).waitFor({ state: 'detached' });
    await second.getByRole('button', { name: /Extension 101 rings here/ }).waitFor();
    const again = await office.call(CLIENT);
    await second.getByRole('alertdialog').getByRole('button', { name: 'Answer' }).click();
    await expectToHear((await again.answered).audio, TONES['101'], 15_000);
    await second.getByRole('button', { name: 'Hang up' }).click();
  }, 60_000);

  test('comes back by itself after the server was away', async () => {
    const { page } = await visitWithPhone(browser, office.system.web, MANAGER);
    await office.system.terminate();
    await page.getByRole('button', { name: /server does not answer|Connecting/ }).waitFor();
    await office.system.run();
    await page.getByRole('button', { name: /Extension 101 rings here/ }).waitFor({ timeout: 30_000 });
    const call = await office.call(CLIENT);
    await page.getByRole('alertdialog').getByRole('button', { name: 'Decline' }).click();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    call.cancel();
  }, 90_000);
});
