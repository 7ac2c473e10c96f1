import type { CallDetail, CallView } from '../../src/contracts/calls.js';
import type { IncomingCall } from '../../src/simulate/incoming-call.js';
import { COMPANY_NUMBER, expectToHear, Office, TONES, type Extension } from '../support/office.js';
import { promptIn, pressOnceTold } from '../support/spoken.js';
import { until } from '../support/until.js';

const CLIENT = '+79161230101';
const MOBILE = '+79165550101';

describe('managers take calls on their mobiles', () => {
  let office: Office;
  const legsOf = async ({ id }: CallView) =>
    (await office.system.api<CallDetail>('GET', `/calls/${id}`)).body.legs;

  beforeAll(async () => {
    office = await Office.open();
    await office.changeGroup({ memberIds: [await office.extensionId('101')], ringTimeoutS: 20 });
  }, 90_000);
  beforeEach(async () => {
    await office.begin();
    await setMobile('101', { mobile: MOBILE, mobileMode: 'with', mobileDelayS: 0, language: null });
  });
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  async function setMobile(extension: Extension, fields: object): Promise<void> {
    const { status } = await office.system.api(
      'PATCH',
      `/extensions/${await office.extensionId(extension)}`,
      fields,
    );
    expect(status).toBe(200);
  }

  const calledOn = ({ invite }: IncomingCall) => /^sip:([^@]+)@/.exec(invite.request.uri)?.[1];

  it('a forwarded mobile shows a company number and takes the call by press 1; the client hears ringing until then', async () => {
    const call = await office.call(CLIENT);
    const atMobile = await office.carrier.incoming();
    expect([calledOn(atMobile), atMobile.shown]).toEqual([MOBILE, { name: '', user: COMPANY_NUMBER }]);
    const mobile = await atMobile.answer(TONES['101']);
    await mobile.audio.listen(3000); // most of "press one"
    expect(call.provisionals.length).toBeGreaterThan(0);
    expect((await office.system.calls())[0]).toMatchObject({ answeredAt: null, endedAt: null });
    mobile.audio.press('1');
    const client = await call.answered;
    await expectToHear(client.audio, TONES['101']);
    await expectToHear(mobile.audio, TONES.caller);
    await client.hangUp();
    await mobile.ended;
    const [row] = await office.ended(1);
    expect(row).toMatchObject({ outcome: 'answered', manager: { number: '101' } });
    expect(await legsOf(row!)).toMatchObject([
      { via: 'mobile', extension: { number: '101' }, sipStatus: 200 },
    ]);
  });

  it.each(['ru', 'en'] as const)('the manager is asked in his own language (%s)', async (language) => {
    await setMobile('101', { language });
    const call = await office.call(CLIENT);
    const mobile = await (await office.carrier.incoming()).answer(TONES['101']);
    // It is whole between its end and its next beginning.
    await until(
      'he is asked to press 1',
      () => promptIn(mobile.audio.heard(), language) === 'press-1-to-accept',
    );
    await mobile.hangUp();
    call.cancel();
  });

  it('a key sent as INFO counts as well', async () => {
    const call = await office.call(CLIENT);
    const mobile = await (await office.carrier.incoming()).answer(TONES['101']);
    await mobile.dialog.request('INFO', {
      headers: { 'Content-Type': 'application/dtmf-relay' },
      body: 'Signal=1\r\nDuration=160\r\n',
    });
    const client = await call.answered;
    await mobile.hangUp();
    await client.ended;
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'answered', endedBy: 'manager' });
  });

  it('a voicemail that answers, or a mobile that says nothing, never counts as an answer', async () => {
    const call = await office.call(CLIENT);
    const voicemail = await (await office.carrier.incoming()).answer(TONES['103']);
    await pressOnceTold(voicemail, '2');
    expect((await voicemail.ended).by).toBe('remote');
    expect(await call.status()).toBe(480);
    const [row] = await office.ended(1);
    expect(row).toMatchObject({ outcome: 'missed', ending: 'nobody-answered', answeredAt: null });
    expect(await legsOf(row!)).toMatchObject([{ via: 'mobile', answeredAt: null, sipStatus: 408 }]);
  });

  it('a softphone that answers meanwhile ends the mobile’s leg', async () => {
    const desk = await office.manager('101');
    const call = await office.call(CLIENT);
    const mobile = await (await office.carrier.incoming()).answer(TONES['103']);
    const manager = await (await desk.incoming()).answer(TONES['101']);
    expect((await mobile.ended).by).toBe('remote');
    const client = await call.answered;
    await expectToHear(client.audio, TONES['101']);
    await client.hangUp();
    await manager.ended;
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'answered' });
  });

  it('a mobile accepted by press 1 ends the softphone’s ringing', async () => {
    const desk = await office.manager('101');
    const call = await office.call(CLIENT);
    const ringing = await desk.incoming();
    const mobile = await (await office.carrier.incoming()).answer();
    await pressOnceTold(mobile, '1');
    await ringing.cancelled;
    await (await call.answered).hangUp();
    await mobile.ended;
    const [row] = await office.ended(1);
    expect((await legsOf(row!)).map(({ via, sipStatus }) => [via, sipStatus]).sort()).toEqual([
      ['device', 487],
      ['mobile', 200],
    ]);
  });

  it('a mobile set to ring after the softphones rings in their place when they rang in vain', async () => {
    await setMobile('101', { mobileMode: 'after', mobileDelayS: 1 });
    const desk = await office.manager('101');
    const rung = office.carrier.rung;
    const call = await office.call(CLIENT);
    const ringing = await desk.incoming();
    expect(office.carrier.rung).toBe(rung);
    await ringing.cancelled;
    const mobile = await (await office.carrier.incoming()).answer();
    await pressOnceTold(mobile, '1');
    await (await call.answered).hangUp();
    await mobile.ended;
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'answered' });
  });

  it('a client who gives up while the mobile is asked lets it go', async () => {
    const call = await office.call(CLIENT);
    const mobile = await (await office.carrier.incoming()).answer();
    call.cancel();
    expect((await mobile.ended).by).toBe('remote');
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'abandoned' });
  });

  it('a carrier that answers that the mobile is busy: the caller is told so, and the leg says it', async () => {
    const call = await office.call(CLIENT);
    (await office.carrier.incoming()).refuse(486);
    expect(await call.status()).toBe(486);
    const [row] = await office.ended(1);
    expect(row).toMatchObject({ outcome: 'missed', ending: 'all-busy' });
    expect(await legsOf(row!)).toMatchObject([{ via: 'mobile', sipStatus: 486, cause: 17 }]);
  });

  it('the mobile’s number is in nothing that the client’s side gets, nor in logs and ledger', async () => {
    const client = await office.phone('client');
    const call = await client.dial(COMPANY_NUMBER, { from: CLIENT });
    const mobile = await (await office.carrier.incoming()).answer();
    await pressOnceTold(mobile, '1');
    await (await call.answered).hangUp();
    await mobile.ended;
    await office.ended(1);
    const digits = MOBILE.slice(2);
    expect(client.received.join('\n')).not.toContain(digits);
    expect(office.system.output).not.toContain(digits);
    expect(JSON.stringify(await office.system.ledger())).not.toContain(digits);
    await office.system.signIn('manager', 'manager1@example.com', 'manager1-demo');
    for (const path of ['/calls', '/me', '/clients', '/follow-ups']) {
      const { body } = await office.system.api('GET', path, undefined, { as: 'manager' });
      expect(JSON.stringify(body)).not.toContain(digits);
    }
  });
});
