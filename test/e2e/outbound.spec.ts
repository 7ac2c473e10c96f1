import type { CallView } from '../../src/contracts/calls.js';
import { COMPANY_NUMBER, expectToHear, Office, recordingOf, TONES } from '../support/office.js';

const CLIENT = '+79161230001';

describe('managers call clients by code', () => {
  let office: Office;

  beforeAll(async () => {
    office = await Office.open();
  }, 90_000);
  beforeEach(async () => {
    await office.begin();
  });
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  it('the client sees the company’s number, both hear each other, the call is recorded', async () => {
    const code = await office.clientOf('101', CLIENT);
    const desk = await office.manager('101');
    const outgoing = await desk.dial(code, { toneHz: TONES['101'] });
    const atClient = await office.carrier.incoming();
    expect(atClient.shown.user).toBe(COMPANY_NUMBER);
    const client = await atClient.answer(TONES.caller);
    const manager = await outgoing.answered;
    await expectToHear(client.audio, TONES['101']);
    await expectToHear(manager.audio, TONES.caller);
    await client.hangUp();
    await manager.ended;
    const [call] = await office.ended(1);
    expect(call).toMatchObject({
      direction: 'outbound',
      outcome: 'answered',
      ending: 'client-hung-up',
      companyNumber: COMPANY_NUMBER,
      client: { code },
      manager: { number: '101' },
    });
    expect((await recordingOf(office.system, call as CallView)).length).toBeGreaterThan(1000);
  });

  it('a client who does not take it is unreached, and owes nobody anything new', async () => {
    const code = await office.clientOf('101', CLIENT);
    const outgoing = await (await office.manager('101')).dial(code);
    (await office.carrier.incoming()).refuse(486);
    expect(await outgoing.status()).toBe(486);
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'unreached', ending: 'client-busy' });
    expect((await office.followUps()).filter((one) => one.closedAt === null)).toEqual([]);
  });

  it('a manager who gives up lets the client’s phone stop ringing', async () => {
    const code = await office.clientOf('101', CLIENT);
    const outgoing = await (await office.manager('101')).dial(code);
    const atClient = await office.carrier.incoming();
    await outgoing.ringing;
    outgoing.cancel();
    await atClient.cancelled;
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'abandoned', ending: 'manager-gave-up' });
  });

  it.each([
    ['a slip of one digit', (code: string) => `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`, 404],
    ['a raw number', () => '+79161230002', 403],
  ])('%s reaches nobody', async (_, dialled, status) => {
    const code = await office.clientOf('101', CLIENT);
    const rung = office.carrier.rung;
    expect(await (await (await office.manager('101')).dial(dialled(code))).status()).toBe(status);
    expect(office.carrier.rung).toBe(rung);
  });

  it('a client whom this manager may not know of is no client to him', async () => {
    await office.changeGroup({ memberIds: [await office.extensionId('101')] });
    const code = await office.clientOf('101', '+79161230003');
    const rung = office.carrier.rung;
    expect(await (await (await office.manager('102')).dial(code)).status()).toBe(404);
    expect(office.carrier.rung).toBe(rung);
  });
});
