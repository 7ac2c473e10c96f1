import { randomUUID } from 'node:crypto';
import { newClientCode } from '../../src/clients/client-code.js';
import type { CallView } from '../../src/contracts/calls.js';
import type { LedgerEntryView } from '../../src/contracts/ledger.js';
import type { TrunkStateView } from '../../src/contracts/standing.js';
import { Phone } from '../../src/simulate/phone.js';
import { COMPANY_NUMBER, expectToHear, Office, TONES } from '../support/office.js';
import { tonesIn } from '../support/tones.js';
import { until } from '../support/until.js';

const MANAGER = 'manager1@example.com';
const SECOND_NUMBER = '+74950000200';
let lastNumber = 0;
/** A client whom no test has seen. */
const newNumber = () => `+7916124${String((lastNumber += 1)).padStart(4, '0')}`;

describe('calling out', () => {
  let office: Office;
  const openFollowUps = async () => (await office.followUps()).filter((one) => one.closedAt === null);

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

  it('two managers dialling one client: the second is told that a colleague is talking to him', async () => {
    const number = newNumber();
    const code = await office.clientOf('101', number);
    expect(await office.clientOf('102', number)).toBe(code);
    await (await office.manager('101')).dial(code);
    const atClient = await office.carrier.incoming();
    const rung = office.carrier.rung;
    const second = await (await office.manager('102')).dial(code);
    expect((await second.ringing).status).toBe(183);
    expect(await second.status()).toBe(486);
    expect(office.carrier.rung).toBe(rung);
    expect((await office.system.api('POST', '/calls', { clientCode: code }, { as: MANAGER })).status).toBe(
      409,
    );
    atClient.refuse(486);
    const calls = await office.ended(3);
    expect(calls.map(({ outcome, ending }) => [outcome, ending])).toEqual([
      ['unreached', 'client-busy'],
      ['refused', 'colleague-is-talking'],
      ['refused', 'colleague-is-talking'],
    ]);
  });

  it.each(['dials his code', 'clicks'])(
    'a client who calls in while a manager %s is joined to him: one call, no missed one',
    async (how) => {
      const number = newNumber();
      const code = await office.clientOf('101', number);
      const desk = await office.manager('101');
      let manager;
      if (how === 'clicks') {
        await office.system.api('POST', '/calls', { clientCode: code }, { as: MANAGER });
        manager = (await desk.incoming()).answer(TONES['101']);
      } else manager = (await desk.dial(code, { toneHz: TONES['101'] })).answered;
      const atClient = await office.carrier.incoming();
      const clientsCall = await office.call(number);
      await atClient.cancelled;
      const [heard, client] = [await manager, await clientsCall.answered];
      await expectToHear(heard.audio, TONES.caller);
      await expectToHear(client.audio, TONES['101']);
      await client.hangUp();
      await heard.ended;
      const calls = await office.ended(2);
      const [outbound, inbound] = calls as [CallView, CallView];
      expect(outbound).toMatchObject({
        direction: 'outbound',
        outcome: 'abandoned',
        ending: 'joined-inbound',
      });
      expect(inbound).toMatchObject({
        direction: 'inbound',
        outcome: 'answered',
        manager: { number: '101' },
        ending: 'client-hung-up',
      });
      const entries = await office.system.ledger(outbound.id);
      expect(entries.at(-1)).toMatchObject({ kind: 'call.ended', payload: { joinedTo: inbound.id } });
      expect(await openFollowUps()).toEqual([]);
    },
  );

  it('a telephone number is refused in writing without its digits, and where it is allowed becomes a client', async () => {
    const number = newNumber();
    const desk = await office.manager('101');
    expect(await (await desk.dial(number)).status()).toBe(403);
    const [refusal] = await office.system.sql<{ payload: object }>(
      `SELECT payload FROM ledger_entry WHERE kind = 'call.dial-refused' ORDER BY seq DESC LIMIT 1`,
    );
    expect(refusal?.payload).toEqual({ reason: 'raw-number' });
    const id = await office.extensionId('101');
    await office.system.api('PATCH', `/extensions/${id}`, { dialsNumbers: true });
    const outgoing = await desk.dial(number.replace('+7', '8'));
    const atClient = await office.carrier.incoming();
    expect(atClient.dialled).toBe(number);
    expect(atClient.shown.user).toBe(COMPANY_NUMBER);
    const client = await atClient.answer();
    await (await outgoing.answered).hangUp();
    await client.ended;
    await office.system.api('PATCH', `/extensions/${id}`, { dialsNumbers: false });
    const [call] = await office.ended(1);
    expect(call?.client?.code).toMatch(/^\d+$/);
    expect(JSON.stringify(call)).not.toContain(number.slice(2));
    const again = await desk.dial(call?.client?.code ?? '');
    expect((await office.carrier.incoming()).dialled).toBe(number);
    again.cancel();
    await office.ended(2);
  });

  it('a client is shown the number he dialled last; one who never called, the company’s choice', async () => {
    const { body: second } = await office.system.api<{ id: string }>('POST', '/company-numbers', {
      number: SECOND_NUMBER,
      name: 'Second number',
      groupId: (await office.group()).id,
    });
    const shownTo = async (dialled: string) => {
      const outgoing = await (await office.manager('101')).dial(dialled);
      const atClient = await office.carrier.incoming();
      atClient.refuse(486);
      await outgoing.status();
      return atClient.shown.user;
    };
    const number = newNumber();
    const code = await office.clientOf('101', number);
    expect(await shownTo(code)).toBe(COMPANY_NUMBER);
    const call = await office.carrier.dial(SECOND_NUMBER, { from: number });
    await (await office.manager('101')).incoming();
    call.cancel();
    await call.status();
    expect(await shownTo(code)).toBe(SECOND_NUMBER);
    const id = await office.extensionId('101');
    await office.system.api('PATCH', `/extensions/${id}`, { dialsNumbers: true });
    expect(await shownTo(newNumber())).toBe(COMPANY_NUMBER);
    await office.system.api('PATCH', '/dialling-rules', { defaultNumberId: second.id });
    expect(await shownTo(newNumber())).toBe(SECOND_NUMBER);
    await office.system.api('PATCH', `/extensions/${id}`, { dialsNumbers: false });
    await office.system.api('PATCH', '/dialling-rules', { defaultNumberId: null });
    await office.system.api('DELETE', `/company-numbers/${second.id}`);
    await office.ended(5);
  });

  it('a code of another company’s client is nobody’s here, dialled or clicked', async () => {
    const [company, client, code] = [randomUUID(), randomUUID(), newClientCode(0)];
    await office.system.sql(`INSERT INTO company (id, name, country) VALUES ($1, 'Other', 'RU')`, [company]);
    await office.system.sql(
      `INSERT INTO client (id, company_id, code, number_hash, number_sealed) VALUES ($1, $2, $3, 'a', 'b')`,
      [client, company, code],
    );
    const { rung } = office.carrier;
    expect(await (await (await office.manager('101')).dial(code)).status()).toBe(404);
    const clicked = await office.system.api('POST', '/calls', { clientCode: code }, { as: MANAGER });
    expect(clicked.status).toBe(422);
    expect(office.carrier.rung).toBe(rung);
    expect(await office.ended(0)).toEqual([]);
  });

  it('what the carrier says before the answer is heard by the manager', async () => {
    const code = await office.clientOf('101', newNumber());
    const outgoing = await (await office.manager('101')).dial(code, { toneHz: TONES['101'] });
    const atClient = await office.carrier.incoming();
    await atClient.sound(TONES['103']);
    await until('the carrier is heard', async () =>
      tonesIn(await outgoing.audio.listen(200), [TONES['103']]).includes(TONES['103']),
    );
    const client = await atClient.answer(TONES.caller);
    const manager = await outgoing.answered;
    await expectToHear(manager.audio, TONES.caller);
    await expectToHear(client.audio, TONES['101']);
    await client.hangUp();
    await manager.ended;
    await office.ended(1);
  });

  it('a carrier that refuses the shown number is shown the company’s next one, and the administrators are warned', async () => {
    const { body: second } = await office.system.api<{ id: string }>('POST', '/company-numbers', {
      number: SECOND_NUMBER,
      name: 'Second number',
    });
    const code = await office.clientOf('101', newNumber());
    const outgoing = await (await office.manager('101')).dial(code);
    (await office.carrier.incoming()).refuse(403);
    const next = await office.carrier.incoming();
    expect(next.shown.user).toBe(SECOND_NUMBER);
    const client = await next.answer();
    await (await outgoing.answered).hangUp();
    await client.ended;
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'answered' });
    const { body } = await office.system.api<{ items: TrunkStateView[] }>('GET', '/trunk-states');
    expect(body.items[0]?.trouble).toMatchObject({
      what: 'caller-id-refused',
      companyNumber: COMPANY_NUMBER,
    });
    const { body: ledger } = await office.system.api<{ items: LedgerEntryView[] }>(
      'GET',
      '/ledger?kind=trunk.trouble',
    );
    expect(ledger.items).toHaveLength(1);
    await office.system.api('DELETE', `/company-numbers/${second.id}`);
  });

  it('a call goes through the next trunk where the first fails, written as each carrier wants it', async () => {
    const server = { ip: '127.0.0.1', port: office.system.sipPort };
    const full = await office.phone('full-carrier', { rings: false });
    full.onIncoming((call) => call.refuse(503));
    const other = await Phone.open({ server, user: 'other-carrier' });
    const { body: trunks } = await office.system.api<{ items: { id: string }[] }>('GET', '/trunks');
    const first = trunks.items[0]?.id ?? '';
    const { body: second } = await office.system.api<{ id: string }>('POST', '/trunks', {
      name: 'other carrier',
      kind: 'address',
      sourceAddresses: ['127.0.0.2'],
      host: '127.0.0.1',
      port: other.sipPort,
      callerIdFormat: 'digits',
      dialFormat: 'national',
    });
    try {
      const number = newNumber();
      const code = await office.clientOf('101', number);
      await office.system.api('PATCH', `/trunks/${first}`, { port: full.sipPort });
      const outgoing = await (await office.manager('101')).dial(code);
      const atOther = await other.incoming();
      expect(atOther.dialled).toBe(number.replace('+7', '8'));
      expect(atOther.shown.user).toBe(COMPANY_NUMBER.slice(1));
      const client = await atOther.answer();
      await (await outgoing.answered).hangUp();
      await client.ended;
      expect((await office.ended(1))[0]).toMatchObject({ outcome: 'answered' });
    } finally {
      await office.system.api('PATCH', `/trunks/${first}`, { port: office.carrier.sipPort });
      await office.system.api('DELETE', `/trunks/${second.id}`);
      await other.close();
    }
  });
});
