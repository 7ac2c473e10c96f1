import type { Conversation } from '../../src/simulate/conversation.js';
import type { Phone } from '../../src/simulate/phone.js';
import { CLIENT, MaskedOffice, MOBILE, SPELLED } from '../support/masked-office.js';
import { COMPANY_NUMBER, expectToHear, TONES } from '../support/office.js';
import { Watcher } from '../support/watcher.js';
import { pressOnceTold } from '../support/spoken.js';

const PROXY = '+74950000201';
const { international, national, bare } = SPELLED;

describe('nobody sees the other’s number', () => {
  let masked: MaskedOffice;
  /** Of the supervisor, extension 200. */
  let listener: Phone;
  /** The plain mobile of the manager at extension 103, when it calls. */
  let mobile: Phone;
  let watcher: Watcher;

  beforeAll(async () => {
    masked = await MaskedOffice.open('udp');
    const { system } = masked.office;
    const made = await api<{ sipPassword: string }>('POST', '/extensions', { number: '200', name: 'Sofia' });
    const people = await api<{ items: { id: string; email: string }[] }>('GET', '/people');
    const sofia = people.body.items.find(({ email }) => email === 'supervisor@example.com');
    await api('PATCH', `/people/${sofia?.id}`, { extension: '200' });
    listener = masked.heldByManager(
      'the supervisor’s phone',
      await masked.office.phone('200', { password: made.body.sipPassword }),
    );
    expect((await listener.register()).status).toBe(200);
    mobile = await masked.office.phone('mobile');
    await api('PATCH', `/extensions/${await masked.office.extensionId('103')}`, { mobile: MOBILE });
    const { id: groupId } = await masked.office.group();
    await api('POST', '/company-numbers', { number: PROXY, name: 'Pool', isProxy: true, groupId });
    watcher = await Watcher.open(system, 'supervisor');
  }, 90_000);
  beforeEach(() => masked.begin());
  afterEach(async () => {
    await masked.forgetRinging();
    masked.expectNothingInPackets();
    await masked.group('101');
  });
  afterAll(async () => {
    watcher?.close();
    await masked?.close();
  });

  const api = <T = unknown>(method: string, path: string, body?: unknown, as = 'admin') =>
    masked.office.system.api<T>(method, path, body, { as });

  /** The client talks with the manager at 101. */
  async function talk(): Promise<{ client: Conversation; manager: Conversation }> {
    await masked.group('101');
    const inbound = await masked.call(international);
    const manager = await (await masked.first.incoming()).answer(TONES['101']);
    const client = await inbound.answered;
    await expectToHear(client.audio, TONES['101']);
    return { client, manager };
  }

  it('in a call that is passed on unannounced', async () => {
    const { client, manager } = await talk();
    expect(await manager.refer('102')).toBe(202);
    const second = await (await masked.second.incoming()).answer(TONES['102']);
    expect(await manager.outcome()).toBe(200);
    await expectToHear(client.audio, TONES['102']);
    await masked.tellsInDialog(client);
    await client.hold();
    await client.resume();
    await client.hangUp();
    await second.ended;
    await masked.endedCalls(1);
  });

  it('in a call that is passed on after the colleague was asked', async () => {
    const { client, manager } = await talk();
    await manager.hold();
    const asking = await masked.first.dial('102', { toneHz: TONES['101'] });
    const asked = await (await masked.second.incoming()).answer(TONES['102']);
    const consult = await asking.answered;
    await expectToHear(asked.audio, TONES['101']);
    expect(await manager.refer('102', { consult })).toBe(202);
    await expectToHear(client.audio, TONES['102']);
    await client.hangUp();
    await asked.ended;
    await masked.endedCalls(2);
  });

  it('in a call that nobody takes over, and that comes back', async () => {
    const { client, manager } = await talk();
    expect(await manager.refer('102')).toBe(202);
    (await masked.second.incoming()).refuse(486);
    expect(await manager.outcome()).toBe(486);
    await expectToHear(client.audio, TONES['101']);
    expect(await manager.refer('+79161230099')).toBe(403); // clients are not passed on to telephone numbers
    await client.hangUp();
    await manager.ended;
    await masked.endedCalls(1);
  });

  it('in a call that a colleague picks up', async () => {
    await masked.group('101', '102');
    const inbound = await masked.call(bare);
    const ringing = await masked.first.incoming();
    const picked = await (await masked.second.dial('*8', { toneHz: TONES['102'] })).answered;
    await ringing.cancelled;
    const client = await inbound.answered;
    await expectToHear(picked.audio, TONES.caller);
    await client.hangUp();
    await picked.ended;
    await masked.endedCalls(1);
  });

  it('to who listens, whispers and barges in, from a page and from his phone', async () => {
    const earlier = watcher.events.length;
    const { client, manager } = await talk();
    const { call } = await watcher.event(
      'call',
      (event) => event.change === 'answered' && watcher.events.indexOf(event) >= earlier,
    );
    const asked = await api('POST', `/calls/${call.id}/supervise`, { mode: 'listen' }, 'supervisor');
    expect(asked.status).toBe(204);
    const sofia = await (await listener.incoming()).answer();
    for (const mode of ['whisper', 'barge'])
      expect((await api('PATCH', '/supervision', { mode }, 'supervisor')).status).toBe(200);
    const own = await api<object>('GET', '/supervision', undefined, 'supervisor');
    expect(own.status).toBe(200);
    masked.expectNothingIn({ 'GET /supervision': JSON.stringify(own.body) });
    await sofia.hangUp();
    const again = await (await listener.dial(`*10*${call.shortNumber}`)).answered;
    await masked.tellsInDialog(client);
    await client.hangUp();
    await Promise.all([manager.ended, again.ended]);
    await masked.endedCalls(1);
  });

  const fromMobile = (number: string) =>
    mobile.dial(number, {
      from: MOBILE,
      toneHz: TONES['103'],
      headers: { 'P-Asserted-Identity': `<sip:${MOBILE}@carrier>`, Diversion: `<tel:${MOBILE}>` },
    });

  it('in what a mobile is shown and calls back: by a proxy number, by the spoken menu', async () => {
    masked.heldByManager('the calling mobile', mobile);
    const mobileLegs = masked.mobileLegs().size;
    await masked.group('103');
    const inbound = await masked.call(national);
    const atMobile = await masked.carrier.incoming();
    expect(atMobile.shown.user).toBe(PROXY);
    const answered = await atMobile.answer(TONES['103']);
    await pressOnceTold(answered, '1');
    await (await inbound.answered).hangUp();
    await answered.ended;
    for (const number of [PROXY, COMPANY_NUMBER]) {
      const atCarrier = masked.carrier.incoming();
      const outgoing = await fromMobile(number);
      if (number === COMPANY_NUMBER) {
        const menu = await outgoing.answered;
        await menu.audio.listen(1000); // it is being told
        menu.audio.press('1');
      }
      const atClient = await atCarrier;
      expect([atClient.dialled, atClient.shown.user]).toEqual([CLIENT, COMPANY_NUMBER]);
      const client = await masked.takenByClient(Promise.resolve(atClient));
      const manager = await outgoing.answered;
      await expectToHear(client.audio, TONES['103']);
      await masked.tellsInDialog(client);
      await manager.hangUp();
      await client.ended;
    }
    expect(masked.mobileLegs().size).toBe(mobileLegs + 1);
    await masked.endedCalls(3);
  });

  it('in what accounts, feed, log, database and files have of all that', async () => {
    await masked.recordingsAreStored();
    for (const as of ['manager1', 'manager2', 'supervisor']) await masked.expectNothingByRest(as);
    await masked.expectNothingTold();
    masked.expectNothingIn({ 'the supervisor’s feed': watcher.texts.join('\n') });
    await masked.expectNothingStored();
  });
});
