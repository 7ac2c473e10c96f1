import type { CallDetail, CallView } from '../../src/contracts/calls.js';
import type { Conversation } from '../../src/simulate/conversation.js';
import { readWav, tonesIn, type Sound } from '../support/tones.js';
import {
  COMPANY_NUMBER,
  expectToHear,
  Office,
  recordingOf,
  TONES,
  type Extension,
  type GroupView,
} from '../support/office.js';
import { until } from '../support/until.js';

const CLIENT = '+79161230011';
/** What is heard on hold. */
const HOLD = [523, 659];
const RINGBACK = 425;

describe('one call, several managers', () => {
  let office: Office;
  let before = 0;
  let asItWas: Partial<GroupView> = {};

  beforeAll(async () => {
    office = await Office.open();
    const { memberIds, strategy, ringTimeoutS } = await office.group();
    asItWas = { memberIds, strategy, ringTimeoutS };
  }, 90_000);
  beforeEach(async () => {
    before = (await office.system.calls()).length;
  });
  afterEach(async () => {
    await office.silentDesks();
    await office.changeGroup(asItWas);
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  /** A client talks with this manager. */
  async function talk(
    extension: Extension,
    number = CLIENT,
  ): Promise<{ client: Conversation; manager: Conversation }> {
    const desk = await office.manager(extension);
    const call = await office.call(number);
    const manager = await (await desk.incoming()).answer(TONES[extension]);
    const client = await call.answered;
    await expectToHear(client.audio, TONES[extension]);
    return { client, manager };
  }

  async function expectTone(conversation: Conversation, tones: readonly number[]): Promise<void> {
    await until(`one of ${tones.join()} Hz is heard`, async () =>
      tonesIn(await conversation.audio.listen(200), [...tones, ...Object.values(TONES)]).some((tone) =>
        tones.includes(tone),
      ),
    );
  }

  const last = async () => (await office.system.endedCalls(before + 1))[before] as CallView;
  const story = async ({ id }: CallView) => (await office.system.ledger(id)).map(({ kind }) => kind);
  it.each(['client', 'manager'] as const)(
    'the %s holds: the other side hears that it is held; both are written',
    async (by) => {
      const { client, manager } = await talk('101');
      const [holder, held] = by === 'client' ? [client, manager] : [manager, client];
      await expectToHear(held.audio, by === 'client' ? TONES.caller : TONES['101']);
      expect(await holder.hold()).toBe('recvonly');
      await expectTone(held, HOLD);
      expect(await holder.resume()).toBe('sendrecv');
      await expectToHear(held.audio, by === 'client' ? TONES.caller : TONES['101']);
      await client.hangUp();
      await manager.ended;
      expect(await story(await last())).toEqual([
        'call.received',
        'call.answered',
        'call.held',
        'call.retrieved',
        'call.ended',
      ]);
    },
  );

  it('the manager holds the moment he has answered: it is noticed, and so is that he takes the client back', async () => {
    const desk = await office.manager('101');
    const call = await office.call(CLIENT);
    const manager = await (await desk.incoming()).answer(TONES['101']);
    await manager.hold();
    const client = await call.answered;
    await until('the hold is written', async () => {
      const open = (await office.system.calls()).find(({ endedAt }) => endedAt === null);
      return open && (await story(open)).includes('call.held');
    });
    await manager.resume();
    await expectToHear(client.audio, TONES['101']);
    await client.hangUp();
    await manager.ended;
    expect(await story(await last())).toEqual(expect.arrayContaining(['call.held', 'call.retrieved']));
  });

  it('a colleague picks up what rings in his group; the other phones are told', async () => {
    await office.manager('101');
    const desk = await office.manager('102');
    const call = await office.call(CLIENT);
    const ringing = await (await office.manager('101')).incoming();
    const picked = await (await desk.dial('*8', { toneHz: TONES['102'] })).answered;
    expect((await ringing.cancelled).get('reason')).toMatch(/cause=200/);
    const client = await call.answered;
    await expectToHear(client.audio, TONES['102']);
    await expectToHear(picked.audio, TONES.caller);
    await client.hangUp();
    await picked.ended;
    expect(await last()).toMatchObject({ outcome: 'answered', manager: { number: '102' } });
  });

  it('*8*102 picks up what rings at 102, and nothing else', async () => {
    await office.changeGroup({ strategy: 'in_turn' });
    const [first, second, desk] = await office.allManagers();
    const call = await office.call(CLIENT);
    const at101 = await first.incoming();
    expect(await (await desk.dial('*8*102')).status()).toBe(404);
    at101.refuse(486);
    const at102 = await second.incoming();
    const picked = await (await desk.dial('*8*102', { toneHz: TONES['103'] })).answered;
    expect((await at102.cancelled).get('reason')).toMatch(/cause=200/);
    const client = await call.answered;
    await expectToHear(client.audio, TONES['103']);
    await client.hangUp();
    await picked.ended;
    expect(await last()).toMatchObject({ outcome: 'answered', manager: { number: '103' } });
  });

  it.each(['*8', '*8*101'])('%s from outside the group is refused, and the phones ring on', async (code) => {
    await office.changeGroup({ memberIds: [await office.extensionId('101')] });
    const desk = await office.manager('101');
    const outsider = await office.manager('102');
    const call = await office.call(CLIENT);
    const ringing = await desk.incoming();
    expect(await (await outsider.dial(code)).status()).toBe(404);
    const manager = await ringing.answer(TONES['101']);
    const client = await call.answered;
    await expectToHear(client.audio, TONES['101']);
    await client.hangUp();
    await manager.ended;
    expect(await last()).toMatchObject({ manager: { number: '101' } });
  });

  const talkersOf = async ({ id }: CallView) =>
    (await office.system.api<CallDetail>('GET', `/calls/${id}`)).body.talks.map(
      (one) => one.extension?.number,
    );

  it('passed on blindly: the colleague gets the client by his code, the first manager may hang up at once', async () => {
    const { client, manager } = await talk('101');
    const colleague = await office.manager('102'); // not before: he is of the same group
    expect(await manager.refer('102')).toBe(202);
    await manager.hangUp();
    const ringing = await colleague.incoming();
    await expectTone(client, [RINGBACK]);
    expect(ringing.shown.user).not.toContain(CLIENT.slice(-10));
    const second = await ringing.answer(TONES['102']);
    await expectToHear(client.audio, TONES['102']);
    await expectToHear(second.audio, TONES.caller);
    await client.hangUp();
    await second.ended;
    const call = await last();
    expect(call).toMatchObject({ outcome: 'answered', ending: 'client-hung-up', manager: { number: '102' } });
    expect(ringing.shown.user).toBe(call.client?.code);
    expect(await talkersOf(call)).toEqual(['101', '102']);
    expect(await story(call)).toEqual(
      expect.arrayContaining(['call.transfer-begun', 'call.handed-over', 'call.ended']),
    );
    const [left, right] = readWav(await recordingOf(office.system, call)) as [Sound, Sound];
    expect(tonesIn(left, Object.values(TONES))).toEqual([TONES.caller]);
    expect(tonesIn(right, Object.values(TONES))).toEqual([TONES['101'], TONES['102']]);
  });

  it('a transfer that nobody takes comes back to the manager, who is told why', async () => {
    const { client, manager } = await talk('101');
    const colleague = await office.manager('102'); // not before: he is of the same group
    expect(await manager.refer('102')).toBe(202);
    (await colleague.incoming()).refuse(486);
    expect(await manager.outcome()).toBe(486);
    await expectToHear(client.audio, TONES['101']);
    await client.hangUp();
    await manager.ended;
    expect(await story(await last())).toEqual(expect.arrayContaining(['call.transfer-failed']));
  });

  it('a transfer to nowhere comes back by ringing the manager who has hung up', async () => {
    const { client, manager } = await talk('101');
    expect(await manager.refer('103')).toBe(202); // not registered
    await manager.hangUp();
    const again = await (await (await office.manager('101')).incoming()).answer(TONES['101']);
    await expectToHear(client.audio, TONES['101']);
    await again.hangUp();
    await client.ended;
    expect(await talkersOf(await last())).toEqual(['101', '101']);
  });

  /** The follow-up that this call opened, or counted in. */
  const owedAfter = async ({ id, client }: CallView) =>
    (await office.followUps()).filter((one) => one.client.code === client?.code && one.lastCallId === id);

  it('a client who hangs up while he is passed on: the phones fall silent, and he is owed a call', async () => {
    const { client, manager } = await talk('101');
    const colleague = await office.manager('102'); // not before: he is of the same group
    expect(await manager.refer('102')).toBe(202);
    const ringing = await colleague.incoming();
    await client.hangUp();
    await ringing.cancelled;
    await manager.ended;
    const call = await last();
    expect(call).toMatchObject({ outcome: 'answered', ending: 'client-left-in-transfer', endedBy: 'client' });
    expect(await talkersOf(call)).toEqual(['101']);
    expect(await owedAfter(call)).toHaveLength(1);
  });

  it('a client whom nobody takes, nor takes back, is told so, and is owed a call', async () => {
    const { client, manager } = await talk('101');
    const desk = await office.manager('101');
    desk.onIncoming((again) => again.refuse(480));
    const rung = desk.rung;
    expect(await manager.refer('103')).toBe(202); // not registered
    await manager.hangUp();
    await client.ended;
    expect(desk.rung - rung).toBe(2); // as the one who passed him on, and in the group
    const call = await last();
    expect(call).toMatchObject({ outcome: 'answered', ending: 'transfer-failed', endedBy: 'system' });
    expect(await owedAfter(call)).toHaveLength(1);
  });

  it('a client whom a manager called by his code is passed on as well', async () => {
    const code = await office.clientOf('101', CLIENT);
    before += 1;
    const outgoing = await (await office.manager('101')).dial(code, { toneHz: TONES['101'] });
    const atClient = await office.carrier.incoming();
    expect(atClient.shown.user).toBe(COMPANY_NUMBER);
    const client = await atClient.answer(TONES.caller);
    const manager = await outgoing.answered;
    await expectToHear(client.audio, TONES['101']);
    const colleague = await office.manager('102');
    expect(await manager.refer('102')).toBe(202);
    const ringing = await colleague.incoming();
    expect(ringing.shown.user).toBe(code);
    const second = await ringing.answer(TONES['102']);
    expect(await manager.outcome()).toBe(200);
    await manager.ended;
    await expectToHear(client.audio, TONES['102']);
    await expectToHear(second.audio, TONES.caller);
    await second.hangUp();
    await client.ended;
    const call = await last();
    expect(call).toMatchObject({ direction: 'outbound', outcome: 'answered', ending: 'manager-hung-up' });
    expect(await talkersOf(call)).toEqual(['101', '102']);
  });

  it.each([
    ['a raw number', '+79161230099', 403],
    ['no colleague', '77', 404],
  ])(
    'to %s nobody is passed on: the client stays with the manager, and it is written',
    async (_, to, status) => {
      const { client, manager } = await talk('101');
      expect(await manager.refer(to)).toBe(status);
      await expectToHear(client.audio, TONES['101']);
      await client.hangUp();
      await manager.ended;
      expect(await story(await last())).toContain('call.transfer-refused');
    },
  );

  it('attended: the colleague who was asked first gets the client', async () => {
    const { client, manager } = await talk('101');
    const colleague = await office.manager('102'); // not before: he is of the same group
    await manager.hold();
    const desk = await office.manager('101');
    const asking = await desk.dial('102', { toneHz: TONES['101'] });
    const asked = await (await colleague.incoming()).answer(TONES['102']);
    const consult = await asking.answered;
    await expectToHear(asked.audio, TONES['101']);
    expect(await manager.refer('102', { consult })).toBe(202);
    await expectToHear(client.audio, TONES['102']);
    await expectToHear(asked.audio, TONES.caller);
    await Promise.all([manager.ended, consult.ended]);
    await client.hangUp();
    await asked.ended;
    const calls = (await office.system.endedCalls(before + 2)).slice(before);
    expect(calls.map(({ direction, ending }) => [direction, ending])).toEqual([
      ['inbound', 'client-hung-up'],
      ['internal', 'joined-by-transfer'],
    ]);
    expect(await talkersOf(calls[0] as CallView)).toEqual(['101', '102']);
  });
});
