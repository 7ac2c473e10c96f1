import type { Conversation } from '../../src/simulate/conversation.js';
import type { Phone } from '../../src/simulate/phone.js';
import { COMPANY_NUMBER, expectToHear, Office, TONES, type Extension } from '../support/office.js';
import { until } from '../support/until.js';

const STICKY_MINUTES = 30;
const ALL = ['101', '102', '103'] as const;

describe('a client who calls again', () => {
  let office: Office;
  let desks: readonly [Phone, Phone, Phone];
  let known = 0;
  let lastNumber = 0;
  /** A client whom no test has seen. */
  const newNumber = () => `+7916125${String((lastNumber += 1)).padStart(4, '0')}`;

  beforeAll(async () => {
    office = await Office.open();
    await changed('PATCH', '/company', { stickyMinutes: STICKY_MINUTES });
    await office.changeGroup({ strategy: 'all', ringTimeoutS: 20 });
  }, 90_000);
  beforeEach(async () => {
    known = (await office.system.calls()).length;
    desks = await office.allManagers();
  });
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  async function changed(method: string, path: string, body: object): Promise<void> {
    const { status, body: answer } = await office.system.api(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
  }
  const deskOf = (extension: Extension) => desks[Number(extension) - 101] as Phone;

  /** Phones forget the calls that others took, or that were given up, but who talks on. */
  async function forgetRinging(except?: Extension): Promise<void> {
    await Promise.all(ALL.filter((one) => one !== except).map((one) => deskOf(one).fallSilent()));
  }

  /** The client talks with this manager, whoever else is rung. */
  async function talk(number: string, extension: Extension): Promise<Conversation> {
    const call = await office.call(number);
    const manager = await (await deskOf(extension).incoming()).answer(TONES[extension]);
    await expectToHear((await call.answered).audio, TONES[extension]);
    return manager;
  }

  async function talked(number: string, extension: Extension): Promise<void> {
    await (await talk(number, extension)).hangUp();
    await office.system.endedCalls((known += 1));
    await forgetRinging();
  }

  /** The client calls, and gives up once phones ring. @returns whose were rung, by number */
  async function rungFor(number: string, whoTalks?: Extension): Promise<string[]> {
    const before = desks.map(({ rung }) => rung);
    const call = await office.call(number);
    await until('a phone rings', () => desks.some(({ rung }, at) => rung > (before[at] as number)));
    call.cancel();
    await call.status();
    await forgetRinging(whoTalks);
    known += 1;
    const { id } = await until('the call is written', async () => {
      const [last] = await office.system.calls();
      return last?.endedAt && !last.answeredAt ? last : undefined;
    });
    const legs = await office.system.sql<{ number: string }>(
      `SELECT DISTINCT number FROM call_leg JOIN extension ON extension.id = extension_id WHERE call_id = $1
       ORDER BY number`,
      [id],
    );
    return legs.map((leg) => leg.number);
  }
  it('within the set time reaches the manager he talked with, alone; after it, the group', async () => {
    const number = newNumber();
    expect(await rungFor(number)).toEqual(ALL); // whom nobody has talked with
    await talked(number, '102');
    expect(await rungFor(number)).toEqual(['102']);
    // A call that he gave up, or that nobody took, is no conversation.
    expect(await rungFor(number)).toEqual(['102']);
    await office.system.sql(`UPDATE call SET ended_at = ended_at - make_interval(mins => $1)`, [
      STICKY_MINUTES + 1,
    ]);
    expect(await rungFor(number)).toEqual(ALL);
  });

  it('reaches the group at once where that manager is talking, or has no phone', async () => {
    const number = newNumber();
    await talked(number, '102');
    const busy = await talk(newNumber(), '102');
    await forgetRinging('102');
    expect(await rungFor(number, '102')).toContain('101');
    await busy.hangUp();
    known += 1;
    await deskOf('102').register(0);
    expect(await rungFor(number)).toEqual(['101', '103']);
  });

  it('reaches the group where that manager does not take it', async () => {
    const number = newNumber();
    await talked(number, '102');
    const call = await office.call(number);
    (await deskOf('102').incoming()).refuse(486);
    const manager = await (await deskOf('101').incoming()).answer(TONES['101']);
    await (await call.answered).hangUp();
    await manager.ended;
    known += 1;
  });

  it('reaches his assigned manager where it is too long ago, or the one he talked with is busy', async () => {
    const number = newNumber();
    await talked(number, '102');
    const code = (await office.system.calls())[0]?.client?.code;
    const { body } = await office.system.api<{ items: { id: string; code: string }[] }>('GET', '/clients');
    const client = body.items.find((one) => one.code === code);
    await changed('PATCH', `/clients/${client?.id}`, { assignedExtension: '103' });
    expect(await rungFor(number)).toEqual(['102']); // the conversation comes before the assignment
    const busy = await talk(newNumber(), '102');
    await forgetRinging('102');
    expect(await rungFor(number, '102')).toEqual(['103']);
    await busy.hangUp();
    await office.system.endedCalls((known += 1));
  });

  it('reaches whom he talked with last: to whom he was passed on, or who called him', async () => {
    const number = newNumber();
    const first = await talk(number, '101');
    await forgetRinging('101');
    expect(await first.refer('103')).toBe(202);
    const second = await (await deskOf('103').incoming()).answer(TONES['103']);
    await first.ended;
    await second.hangUp();
    await office.system.endedCalls((known += 1));
    expect(await rungFor(number)).toEqual(['103']);
    const code = (await office.system.calls())[0]?.client?.code as string;
    const outgoing = await deskOf('101').dial(code);
    const atClient = await (await office.carrier.incoming()).answer(TONES.caller);
    await (await outgoing.answered).hangUp();
    await atClient.ended;
    await office.system.endedCalls((known += 1));
    expect(await rungFor(number)).toEqual(['101']);
  });

  it('reaches the group on a number that has stickiness off', async () => {
    const number = newNumber();
    await talked(number, '102');
    const { body } = await office.system.api<{ items: { id: string; number: string }[] }>(
      'GET',
      '/company-numbers',
    );
    const path = `/company-numbers/${body.items.find((one) => one.number === COMPANY_NUMBER)?.id}`;
    await changed('PATCH', path, { stickyMinutes: 0 });
    expect(await rungFor(number)).toEqual(ALL);
    await changed('PATCH', path, { stickyMinutes: null });
    expect(await rungFor(number)).toEqual(['102']);
  });
});
