import type { OutgoingCall } from '../../src/simulate/outgoing-call.js';
import type { Phone } from '../../src/simulate/phone.js';
import { COMPANY_NUMBER, Office, type Extension } from '../support/office.js';
import { promptIn } from '../support/spoken.js';

const TALKED_MINUTES = 10;
let lastNumber = 0;
/** A client whom no test has seen. */
const newNumber = () => `+7916126${String((lastNumber += 1)).padStart(4, '0')}`;

describe('whom managers may call, and how often', () => {
  let office: Office;
  let desk: Phone;

  beforeAll(async () => {
    office = await Office.open();
    // The days of the caps are the company's: it is noon there, whenever this is run.
    const hours = 12 - new Date().getUTCHours();
    const timeZone = `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
    expect((await office.system.api('PATCH', '/company', { timeZone })).status).toBe(200);
  }, 90_000);
  beforeEach(async () => {
    await office.begin();
    desk = await office.manager('101');
  });
  afterEach(async () => {
    await rules({
      ...{ callsPerDay: null, minutesPerDay: null, extensionCallsPerDay: null, extensionMinutesPerDay: null },
      ...{ allowedPrefixes: [], emergencyNumbers: ['112'] },
    });
    await setDialsNumbers(false);
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  async function rules(change: object): Promise<void> {
    const { status, body } = await office.system.api('PATCH', '/dialling-rules', change);
    expect({ status, body }).toMatchObject({ status: 200 });
  }
  async function setDialsNumbers(dialsNumbers: boolean): Promise<void> {
    const id = await office.extensionId('101');
    expect((await office.system.api('PATCH', `/extensions/${id}`, { dialsNumbers })).status).toBe(200);
  }

  /** What a refused call's manager is told, and the final response. */
  async function told(call: OutgoingCall): Promise<[string | undefined, number]> {
    const status = await call.status();
    return [promptIn(call.audio.heard()), status];
  }
  const dialTold = async (number: string, phone = desk) => told(await phone.dial(number));
  /** The client is rung, and declines. */
  async function expectRung(code: string, phone = desk): Promise<void> {
    const call = await phone.dial(code);
    (await office.carrier.incoming()).refuse(486);
    expect(await call.status()).toBe(486);
  }
  const lastEntry = async () => {
    const [entry] = await office.system.sql<{ kind: string; payload: Record<string, unknown> }>(
      `SELECT kind, payload FROM ledger_entry WHERE kind IN ('call.dialled', 'call.dial-refused') ORDER BY seq DESC LIMIT 1`,
    );
    return entry;
  };

  it('a refused call plays why in the company’s language, rings nobody, and is written without what was dialled', async () => {
    const code = await office.clientOf('101', newNumber());
    const slip = `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`;
    const { rung } = office.carrier;
    const refusals: [string, string, number, string][] = [
      [slip, 'code-wrong', 404, 'wrong-code'],
      ['+79161230099', 'number-not-allowed', 403, 'raw-number'],
      ['*77', 'number-unknown', 404, 'unknown-feature'],
    ];
    for (const [dialled, prompt, status, reason] of refusals) {
      expect([dialled, ...(await dialTold(dialled))]).toEqual([dialled, prompt, status]);
      expect(await lastEntry()).toEqual({ kind: 'call.dial-refused', payload: { reason } });
    }
    expect(office.carrier.rung).toBe(rung);
    expect(await office.ended(0)).toEqual([]);
  });

  it('countries that are not allowed and premium numbers are refused, and the refusal says which', async () => {
    const abroad = await office.clientOf('101', '+4915112345678');
    const { rung } = office.carrier;
    expect(await dialTold(abroad)).toEqual(['country-not-allowed', 403]);
    expect(await lastEntry()).toMatchObject({ payload: { refused: 'country-not-allowed' } });
    expect(office.carrier.rung).toBe(rung);
    await rules({ allowedPrefixes: ['+49151'] });
    await expectRung(abroad);
    await setDialsNumbers(true);
    expect(await dialTold('+78091234567')).toEqual(['premium-number', 403]);
    expect(await lastEntry()).toMatchObject({ payload: { refused: 'premium-number', by: 'number' } });
    expect((await office.ended(3)).map(({ outcome, ending }) => [outcome, ending])).toEqual([
      ['refused', 'country-not-allowed'],
      ['unreached', 'client-busy'],
      ['refused', 'premium-number'],
    ]);
  });

  /** How many calls this extension, or all, have made today that count. */
  const made = async (extension?: Extension) =>
    (await office.system.calls()).filter(
      (call) =>
        call.direction === 'outbound' &&
        call.outcome !== 'refused' &&
        (extension === undefined || call.manager?.number === extension),
    ).length;

  /** A client whom both managers know. */
  async function knownToBoth(): Promise<string> {
    const number = newNumber();
    await office.clientOf('101', number);
    return office.clientOf('102', number);
  }

  it('a day’s calls are capped for each extension, and what was refused does not count', async () => {
    const code = await knownToBoth();
    const other = await office.manager('102');
    await rules({ extensionCallsPerDay: (await made('101')) + 1 });
    await expectRung(code);
    for (let again = 0; again < 2; again += 1) {
      expect(await dialTold(code)).toEqual(['daily-limit', 403]);
      expect(await lastEntry()).toMatchObject({ payload: { refused: 'daily-calls-used-up' } });
    }
    await expectRung(code, other);
    expect((await office.ended(4)).map(({ ending }) => ending)).toEqual([
      'client-busy',
      'daily-calls-used-up',
      'daily-calls-used-up',
      'client-busy',
    ]);
  });

  it('a day’s calls are capped for the company, whoever makes them', async () => {
    const code = await knownToBoth();
    const other = await office.manager('102');
    await rules({ callsPerDay: (await made()) + 1 });
    await expectRung(code);
    expect(await dialTold(code, other)).toEqual(['daily-limit', 403]);
    expect((await office.ended(2)).map(({ ending }) => ending)).toEqual([
      'client-busy',
      'daily-calls-used-up',
    ]);
  });

  it('a day’s minutes are capped for each extension and for the company, counted from conversations', async () => {
    const code = await knownToBoth();
    const outgoing = await desk.dial(code);
    const client = await (await office.carrier.incoming()).answer();
    await (await outgoing.answered).hangUp();
    await client.ended;
    const [talked] = await office.ended(1);
    await office.system.sql(
      `UPDATE call SET answered_at = ended_at - make_interval(mins => $2) WHERE id = $1`,
      [talked?.id, TALKED_MINUTES],
    );
    const other = await office.manager('102');
    await rules({ extensionMinutesPerDay: TALKED_MINUTES });
    expect(await dialTold(code)).toEqual(['daily-limit', 403]);
    expect(await lastEntry()).toMatchObject({ payload: { refused: 'daily-minutes-used-up' } });
    await expectRung(code, other);
    await rules({ extensionMinutesPerDay: TALKED_MINUTES + 5 });
    await expectRung(code);
    await rules({ extensionMinutesPerDay: null, minutesPerDay: TALKED_MINUTES });
    expect(await dialTold(code, other)).toEqual(['daily-limit', 403]);
    // What was talked the day before counts no more.
    await office.system.sql(
      `UPDATE call SET started_at = started_at - interval '1 day', answered_at = answered_at - interval '1 day',
         ended_at = ended_at - interval '1 day' WHERE id = $1`,
      [talked?.id],
    );
    await expectRung(code, other);
    // (that call is the oldest of all now)
    expect((await office.ended(6)).slice(1).map(({ ending }) => ending)).toEqual([
      'daily-minutes-used-up',
      'client-busy',
      'client-busy',
      'daily-minutes-used-up',
      'client-busy',
    ]);
  });

  it('an emergency number is dialled as it is from any extension, whatever is used up, and written', async () => {
    await rules({ emergencyNumbers: ['112', '102'], callsPerDay: 0, minutesPerDay: 0 });
    const outgoing = await (await office.manager('103')).dial('102');
    const atHelp = await office.carrier.incoming();
    expect([atHelp.dialled, atHelp.shown.user]).toEqual(['102', COMPANY_NUMBER]);
    const help = await atHelp.answer();
    await (await outgoing.answered).hangUp();
    await help.ended;
    const [call] = await office.ended(1);
    expect(call).toMatchObject({ direction: 'outbound', outcome: 'answered', client: null });
    const [first] = await office.system.ledger(call?.id ?? '');
    expect(first).toMatchObject({ kind: 'call.dialled', payload: { by: 'emergency', emergency: '102' } });
  });
});
