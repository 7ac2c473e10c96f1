import type { CallView } from '../../src/contracts/calls.js';
import type { Problem } from '../../src/contracts/problem.js';
import { COMPANY_NUMBER, expectToHear, Office, recordingOf, TONES } from '../support/office.js';
import { until } from '../support/until.js';

const CLIENT = '+79161230011';
const MANAGER = 'manager1@example.com';

describe('click-to-call and colleagues', () => {
  let office: Office;
  let before = 0;
  const ended = async (count: number) => (await office.system.endedCalls(before + count)).slice(before);
  const click = <T = CallView>(body: object, as = MANAGER) =>
    office.system.api<T>('POST', '/calls', body, { as });

  beforeAll(async () => {
    office = await Office.open();
    await office.system.signIn(MANAGER, MANAGER, 'manager1-demo');
  }, 90_000);
  beforeEach(async () => {
    before = (await office.system.calls()).length;
  });
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  async function clientCode(): Promise<string> {
    const code = await office.clientOf('101', CLIENT);
    before += 1;
    return code;
  }

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
    const [call] = await ended(1);
    expect(call).toMatchObject({ id: body.id, outcome: 'answered', ending: 'manager-hung-up' });
    expect((await recordingOf(office.system, call as CallView)).length).toBeGreaterThan(1000);
  });

  it('a manager who does not take his own device never rings the client', async () => {
    const code = await clientCode();
    const rung = office.carrier.rung;
    await click({ clientCode: code });
    (await (await office.manager('101')).incoming()).refuse(486);
    expect((await ended(1))[0]).toMatchObject({ outcome: 'unreached', ending: 'manager-busy' });
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
    expect((await ended(1))[0]).toMatchObject({ outcome: 'abandoned', ending: 'manager-gave-up' });

    const second = await click({ clientCode: code });
    const manager = await (await desk.incoming()).answer();
    const client = await (await office.carrier.incoming()).answer();
    await until('they talk', async () => (await office.system.calls())[0]?.answeredAt !== null);
    expect(
      (await office.system.api('DELETE', `/calls/${second.body.id}`, undefined, { as: MANAGER })).status,
    ).toBe(204);
    await Promise.all([manager.ended, client.ended]);
    expect((await ended(2))[1]).toMatchObject({ outcome: 'answered', ending: 'manager-hung-up' });
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
    expect((await ended(1))[0]).toMatchObject({ outcome: 'abandoned', ending: 'manager-gave-up' });
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
    expect(await ended(0)).toEqual([]);
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
    expect((await ended(1))[0]).toMatchObject({
      direction: 'internal',
      outcome: 'answered',
      ending: 'colleague-hung-up',
      manager: { number: '101' },
      client: null,
      recordingId: null,
    });

    await office.system.api('PATCH', '/company', { recordsInternalCalls: true });
    const again = await one.dial('102', { toneHz: TONES['101'] });
    await (await two.incoming()).answer(TONES['102']);
    await (await again.answered).hangUp();
    await office.system.api('PATCH', '/company', { recordsInternalCalls: false });
    const call = (await ended(2))[1];
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
    const calls = await ended(2);
    expect(calls.map(({ ending }) => ending)).toEqual(['colleague-busy', 'colleague-not-reachable']);
    expect(calls.map(({ outcome }) => outcome)).toEqual(['unreached', 'unreached']);
  });
});
