import type { CallView } from '../../src/contracts/calls.js';
import type { Conversation } from '../../src/simulate/phone.js';
import { tonesIn } from '../support/tones.js';
import { expectToHear, Office, TONES, type Extension } from '../support/office.js';
import { until } from '../support/until.js';

const CLIENT = '+79161230011';
/** What is heard on hold. */
const HOLD = [523, 659];

describe('one call, several managers', () => {
  let office: Office;
  let before = 0;

  beforeAll(async () => {
    office = await Office.open();
  }, 90_000);
  beforeEach(async () => {
    before = (await office.system.calls()).length;
  });
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  /** A client talks with this manager. */
  async function talk(
    extension: Extension,
    client = CLIENT,
  ): Promise<{ client: Conversation; manager: Conversation }> {
    const desk = await office.manager(extension);
    const call = await office.call(client);
    const manager = await (await desk.incoming()).answer(TONES[extension]);
    return { client: await call.answered, manager };
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
});
