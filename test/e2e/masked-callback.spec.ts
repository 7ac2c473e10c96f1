import type { CallView } from '../../src/contracts/calls.js';
import type { IncomingCall } from '../../src/simulate/incoming-call.js';
import { COMPANY_NUMBER, expectToHear, Office, TONES } from '../support/office.js';
import { pressOnceTold } from '../support/spoken.js';

const MOBILE = '+79165550201';
const PROXIES = ['+74950000201', '+74950000202'] as const;
const clientNumber = (n: number) => `+7916123020${n}`;
const userOf = (uri: string) => /^sip:([^@]+)@/.exec(uri)?.[1];
const calledOn = ({ invite }: IncomingCall) => userOf(invite.request.uri);

describe('managers call clients back from a plain mobile', () => {
  let office: Office;
  const codeOf = ({ client }: CallView) => client!.code;

  beforeAll(async () => {
    office = await Office.open();
    const extension = await office.extensionId('101');
    await office.changeGroup({ memberIds: [extension], ringTimeoutS: 20 });
    await change('PATCH', `/extensions/${extension}`, { mobile: MOBILE });
    const { id: groupId } = await office.group();
    for (const number of PROXIES)
      await change('POST', '/company-numbers', { number, name: 'Pool', isProxy: true, groupId });
  }, 90_000);
  beforeEach(async () => {
    await office.begin();
  });
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  async function change(method: string, path: string, body: object): Promise<void> {
    const { status, body: answer } = await office.system.api(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
  }

  /** A call of this client that the mobile takes. @returns the number that the mobile showed */
  async function forwarded(client: string): Promise<string> {
    const call = await office.call(client);
    const atMobile = await office.carrier.incoming();
    expect(calledOn(atMobile)).toBe(MOBILE);
    const mobile = await atMobile.answer();
    await pressOnceTold(mobile, '1');
    await (await call.answered).hangUp();
    await mobile.ended;
    return atMobile.shown.user;
  }

  const fromMobile = (number: string, headers = { 'P-Asserted-Identity': `<sip:${MOBILE}@carrier>` }) =>
    office.carrier.dial(number, { from: MOBILE, toneHz: TONES['101'], headers });

  it('dialling the proxy number reaches that client, who sees the company number; he answers, the mobile is answered', async () => {
    const proxy = await forwarded(clientNumber(1));
    expect(PROXIES).toContain(proxy);
    const outgoing = await fromMobile(proxy);
    const atClient = await office.carrier.incoming();
    expect([calledOn(atClient), atClient.shown]).toEqual([
      clientNumber(1),
      { name: '', user: COMPANY_NUMBER },
    ]);
    expect(outgoing.provisionals.map(({ status }) => status)).toContain(183);
    const client = await atClient.answer(TONES.caller);
    const mobile = await outgoing.answered;
    await expectToHear(client.audio, TONES['101']);
    await expectToHear(mobile.audio, TONES.caller);
    await mobile.hangUp();
    await client.ended;
    const [first, call] = await office.ended(2);
    expect(call).toMatchObject({ direction: 'outbound', outcome: 'answered', manager: { number: '101' } });
    expect(codeOf(call!)).toBe(codeOf(first!));
    const [dialled] = (await office.system.ledger(call!.id)).filter(({ kind }) => kind === 'call.dialled');
    expect(dialled!.payload).toMatchObject({ by: 'proxy-number', companyNumber: COMPANY_NUMBER });
    // What the mobile received names the client nowhere.
    const leaks = office.carrier.received.filter(
      (text) => text.includes(outgoing.sipCallId) && text.includes(clientNumber(1).slice(2)),
    );
    expect(leaks).toEqual([]);
  });

  it('two clients are two proxy numbers on one mobile, the same ones each time; a third one shows the company number', async () => {
    const [one, two] = [await forwarded(clientNumber(1)), await forwarded(clientNumber(2))];
    expect([one, two].sort()).toEqual([...PROXIES]);
    expect(await forwarded(clientNumber(3))).toBe(COMPANY_NUMBER);
    expect([await forwarded(clientNumber(1)), await forwarded(clientNumber(2))]).toEqual([one, two]);
    await office.ended(5);
    const leases = (await office.system.ledger()).filter(({ kind }) => kind === 'proxy.leased');
    expect(leases).toHaveLength(2);
    expect(JSON.stringify(leases.map(({ payload }) => payload))).not.toMatch(/\+7|916|495/);
  });

  it.each([
    ['another phone', { from: '+79165550299', headers: {} as Record<string, string> }],
    [
      'a withheld caller id',
      { from: MOBILE, headers: { 'P-Asserted-Identity': `<sip:${MOBILE}@carrier>`, Privacy: 'id' } },
    ],
    ['a caller id that the carrier does not assert', { from: MOBILE, headers: {} }],
    [
      'a forged caller id, where the carrier asserts another',
      { from: MOBILE, headers: { 'P-Asserted-Identity': '<sip:+79165550299@carrier>' } },
    ],
  ])('from %s a proxy number is an ordinary company number', async (_, options) => {
    const desk = await office.manager('101');
    const call = await office.carrier.dial(PROXIES[0], options);
    const manager = await (await desk.incoming()).answer();
    await (await call.answered).hangUp();
    await manager.ended;
    expect((await office.ended(1))[0]).toMatchObject({ direction: 'inbound', companyNumber: PROXIES[0] });
  });

  it('a company number tells the mobile its last clients, and calls the one chosen by a digit', async () => {
    await forwarded(clientNumber(1));
    await forwarded(clientNumber(2));
    await office.ended(2);
    const outgoing = await fromMobile(COMPANY_NUMBER);
    const mobile = await outgoing.answered;
    await mobile.audio.listen(1500); // it is being told
    mobile.audio.press('2');
    const atClient = await office.carrier.incoming();
    expect([calledOn(atClient), atClient.shown.user]).toEqual([clientNumber(1), COMPANY_NUMBER]);
    const client = await atClient.answer(TONES.caller);
    await expectToHear(client.audio, TONES['101']);
    await expectToHear(mobile.audio, TONES.caller);
    await client.hangUp();
    await mobile.ended;
    const call = (await office.ended(3))[2];
    expect(call).toMatchObject({ direction: 'outbound', outcome: 'answered', manager: { number: '101' } });
    const [dialled] = (await office.system.ledger(call!.id)).filter(({ kind }) => kind === 'call.dialled');
    expect(dialled!.payload).toMatchObject({ by: 'menu' });
    const [asked] = (await office.system.ledger()).filter(({ kind }) => kind === 'callback.asked');
    expect(asked).toMatchObject({ actor: 'extension:101', payload: { what: 'menu' } });
  });

  it('0 in the menu is an ordinary call to the company', async () => {
    const desk = await office.manager('101');
    const outgoing = await fromMobile(COMPANY_NUMBER);
    const mobile = await outgoing.answered;
    await pressOnceTold(mobile, '0');
    const manager = await (await desk.incoming()).answer(TONES['102']);
    await expectToHear(mobile.audio, TONES['102']);
    await expectToHear(manager.audio, TONES['101']);
    await mobile.hangUp();
    await manager.ended;
    expect((await office.ended(1))[0]).toMatchObject({ direction: 'inbound', outcome: 'answered' });
  });

  it('a company’s PIN is asked for: the right one calls back, whatever the carrier says; three wrong ones do not', async () => {
    const proxy = await forwarded(clientNumber(1));
    await office.ended(1);
    await change('PATCH', '/company', { callbackPin: '4711' });
    try {
      const right = await fromMobile(proxy, {} as never);
      const mobile = await right.answered;
      await mobile.audio.listen(400); // "enter your PIN"
      mobile.audio.press('4711');
      const client = await (await office.carrier.incoming()).answer(TONES.caller);
      await expectToHear(mobile.audio, TONES.caller);
      await client.hangUp();
      await mobile.ended;
      await office.ended(2);
      const rung = office.carrier.rung;
      const wrong = await (await fromMobile(proxy)).answered;
      for (let tries = 0; tries < 3; tries++) {
        await wrong.audio.listen(400);
        wrong.audio.press('4712');
      }
      expect((await wrong.ended).by).toBe('remote');
      expect(office.carrier.rung).toBe(rung);
      const entries = (await office.system.ledger()).filter(({ kind }) => kind.startsWith('callback.'));
      expect(entries.at(-1)).toMatchObject({ kind: 'callback.refused', payload: { reason: 'wrong-pin' } });
      expect(JSON.stringify(entries)).not.toMatch(/471[12]/);
    } finally {
      await change('PATCH', '/company', { callbackPin: null });
    }
  });

  it('leases survive a restart', async () => {
    const proxy = await forwarded(clientNumber(1));
    await office.ended(1);
    await office.system.restart();
    const outgoing = await fromMobile(proxy);
    const atClient = await office.carrier.incoming();
    expect(calledOn(atClient)).toBe(clientNumber(1));
    outgoing.cancel();
    await atClient.cancelled;
    expect((await office.ended(2))[1]).toMatchObject({ direction: 'outbound', ending: 'manager-gave-up' });
  });
});
