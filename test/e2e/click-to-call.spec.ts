import type { CallView } from '../../src/contracts/calls.js';
import type { Problem } from '../../src/contracts/problem.js';
import { COMPANY_NUMBER, expectToHear, Office, recordingOf, TONES } from '../support/office.js';
import { until } from '../support/until.js';
import { Watcher } from '../support/watcher.js';
import { pressOnceTold } from '../support/spoken.js';

const CLIENT = '+79161230011';
const MOBILE = '+79165550501';
const MANAGER = 'manager1@example.com';

describe('click-to-call and colleagues', () => {
  let office: Office;
  const click = <T = CallView>(body: object, as = MANAGER) =>
    office.system.api<T>('POST', '/calls', body, { as });

  beforeAll(async () => {
    office = await Office.open();
    await office.system.signIn(MANAGER, MANAGER, 'manager1-demo');
  }, 90_000);
  beforeEach(async () => {
    await office.begin();
  });
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  const clientCode = () => office.clientOf('101', CLIENT);

  it('rings the manager first, then the client, and joins and records them', async () => {
    const clientCodeOf = await clientCode();
    const rungBefore = office.carrier.rung;
    const { status, body } = await click({ clientCode: clientCodeOf });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      direction: 'outbound',
      outcome: null,
      client: { code: clientCodeOf },
      manager: { number: '101' },
    });
    const atManager = await (await office.manager('101')).incoming();
    expect(atManager.shown.user).toBe(clientCodeOf);
    expect(office.carrier.rung).toBe(rungBefore);
    const manager = await atManager.answer(TONES['101']);
    const atClient = await office.carrier.incoming();
    expect(atClient.shown.user).toBe(COMPANY_NUMBER);
    const client = await atClient.answer(TONES.caller);
    await expectToHear(client.audio, TONES['101']);
    await expectToHear(manager.audio, TONES.caller);
    await manager.hangUp();
    await client.ended;
    const [call] = await office.ended(1);
    expect(call).toMatchObject({ id: body.id, outcome: 'answered', ending: 'manager-hung-up' });
    expect((await recordingOf(office.system, call as CallView)).length).toBeGreaterThan(1000);
  });

  it('rings the one device that was chosen, and the feed tells how it goes', async () => {
    const code = await clientCode();
    const id = await office.extensionId('101');
    await office.system.api('PATCH', `/extensions/${id}`, { mobile: MOBILE });
    const watcher = await Watcher.open(office.system, MANAGER);
    try {
      const desk = await office.manager('101');
      const { rung } = desk;
      const { body } = await click({ clientCode: code, device: 'mobile' });
      const atMobile = await office.carrier.incoming();
      expect(atMobile.dialled).toBe(MOBILE);
      const mobile = await atMobile.answer(TONES['101']);
      await pressOnceTold(mobile, '1');
      const atClient = await office.carrier.incoming();
      expect([atClient.dialled, atClient.shown.user]).toEqual([CLIENT, COMPANY_NUMBER]);
      const client = await atClient.answer(TONES.caller);
      await expectToHear(mobile.audio, TONES.caller);
      expect(desk.rung).toBe(rung);
      await client.hangUp();
      await mobile.ended;
      await watcher.event('call-gone', (event) => event.id === body.id);
      const told = watcher.events.flatMap((event) =>
        event.type === 'call' && event.call.id === body.id ? [event.change] : [],
      );
      expect(told).toEqual(expect.arrayContaining(['began', 'ringing', 'answered']));
      expect(watcher.texts.join()).not.toMatch(new RegExp(`${CLIENT.slice(2)}|${MOBILE.slice(2)}`));
      await office.ended(1);
    } finally {
      watcher.close();
      await office.system.api('PATCH', `/extensions/${id}`, { mobile: null });
    }
  });

  it('a manager who does not take his own device never rings the client', async () => {
    const code = await clientCode();
    const rung = office.carrier.rung;
    await click({ clientCode: code });
    (await (await office.manager('101')).incoming()).refuse(486);
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'unreached', ending: 'manager-busy' });
    expect(office.carrier.rung).toBe(rung);
    expect((await office.followUps()).filter((one) => one.closedAt === null)).toEqual([]);
  });

  it('is called off while the manager’s device rings, and hung up while they talk', async () => {
    const code = await clientCode();
    const desk = await office.manager('101');
    const first = await click({ clientCode: code });
    const ringing = await desk.incoming();
    expect(
      (await office.system.api('DELETE', `/calls/${first.body.id}`, undefined, { as: MANAGER })).status,
    ).toBe(204);
    await ringing.cancelled;
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'abandoned', ending: 'manager-gave-up' });

    const second = await click({ clientCode: code });
    const manager = await (await desk.incoming()).answer();
    const client = await (await office.carrier.incoming()).answer();
    await until('they talk', async () => (await office.system.calls())[0]?.answeredAt !== null);
    expect(
      (await office.system.api('DELETE', `/calls/${second.body.id}`, undefined, { as: MANAGER })).status,
    ).toBe(204);
    await Promise.all([manager.ended, client.ended]);
    expect((await office.ended(2))[1]).toMatchObject({ outcome: 'answered', ending: 'manager-hung-up' });
    expect(
      (await office.system.api('DELETE', `/calls/${second.body.id}`, undefined, { as: MANAGER })).status,
    ).toBe(404);
  });

  it('a manager who hangs up lets the client’s phone stop ringing', async () => {
    await click({ clientCode: await clientCode() });
    const manager = await (await (await office.manager('101')).incoming()).answer();
    const atClient = await office.carrier.incoming();
    await manager.hangUp();
    await atClient.cancelled;
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'abandoned', ending: 'manager-gave-up' });
  });

  it('says what is wrong with a call that is not made', async () => {
    const code = await clientCode();
    const slip = `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`;
    const answers = [
      await click<Problem>({ clientCode: slip }),
      await click<Problem>({ clientCode: code, device: 'browser' }),
      await click<Problem>({ clientCode: code }, 'admin'),
      await click<Problem>({ clientCode: '+79161230011' }),
    ];
    expect(answers.map(({ status, body }) => [status, body.type.split(':').at(-1)])).toEqual([
      [422, 'wrong-code'],
      [409, 'no-device'],
      [409, 'no-extension'],
      [400, 'invalid-input'],
    ]);
    expect(await office.ended(0)).toEqual([]);
  });

  it('colleagues call each other by extension, heard by both, and not recorded unless the company wants it', async () => {
    const [one, two] = await office.allManagers();
    const outgoing = await one.dial('102', { toneHz: TONES['101'] });
    const incoming = await two.incoming();
    expect(incoming.shown.user).toBe('101');
    const colleague = await incoming.answer(TONES['102']);
    const caller = await outgoing.answered;
    await expectToHear(colleague.audio, TONES['101']);
    await expectToHear(caller.audio, TONES['102']);
    await colleague.hangUp();
    await caller.ended;
    expect((await office.ended(1))[0]).toMatchObject({
      direction: 'internal',
      outcome: 'answered',
      ending: 'colleague-hung-up',
      manager: { number: '101' },
      colleague: { number: '102' },
      client: null,
      recordingId: null,
    });

    await office.system.api('PATCH', '/company', { recordsInternalCalls: true });
    const again = await one.dial('102', { toneHz: TONES['101'] });
    await (await two.incoming()).answer(TONES['102']);
    await (await again.answered).hangUp();
    await office.system.api('PATCH', '/company', { recordsInternalCalls: false });
    const call = (await office.ended(2))[1];
    expect(call).toMatchObject({ direction: 'internal', ending: 'manager-hung-up' });
    await recordingOf(office.system, call as CallView);
  });

  it('a colleague who is busy, and one who is not there, are told apart', async () => {
    const one = await office.manager('101');
    const two = await office.manager('102');
    const busy = await one.dial('102');
    (await two.incoming()).refuse(486);
    expect(await busy.status()).toBe(486);
    expect(await (await one.dial('103')).status()).toBe(480);
    const calls = await office.ended(2);
    expect(calls.map(({ ending }) => ending)).toEqual(['colleague-busy', 'colleague-not-reachable']);
    expect(calls.map(({ outcome }) => outcome)).toEqual(['unreached', 'unreached']);
    expect(calls.map(({ colleague }) => colleague?.number)).toEqual(['102', undefined]); // the other one was not rung
  });
});
