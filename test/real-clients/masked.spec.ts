import type { CallView } from '../../src/contracts/calls.js';
import { Baresip } from '../support/baresip.js';
import { freePort } from '../support/free-ports.js';
import { COMPANY_NUMBER, Office, recordingOf, type Extension } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { sipp, type SippOptions, type SippResult } from '../support/sipp.js';
import { cut, readWav, tonesIn, type Sound } from '../support/tones.js';

const CLIENT_HZ = 620;
const MANAGER_HZ = 930;
const MOBILE_HZ = 1270;
const ALL = [CLIENT_HZ, MANAGER_HZ, MOBILE_HZ];
const MOBILE = '+79165550301';
const PROXY = '+74950000201';
const GOOD: Partial<SippResult> = { code: 0, successful: 1, failed: 0 };

describeWith(['sipp', 'baresip'], 'SIPp as the carrier and as mobiles, baresip as softphones', () => {
  let office: Office;
  let lastNumber = 0;
  const phones: Baresip[] = [];
  const newNumber = () => `+7916127${String((lastNumber += 1)).padStart(4, '0')}`;

  beforeAll(async () => {
    office = await Office.open();
    await office.changeGroup({ memberIds: [await office.extensionId('101')], ringTimeoutS: 20 });
    await office.system.signIn('manager1', 'manager1@example.com', 'manager1-demo');
  }, 90_000);
  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.stop()));
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  async function baresip(extension: Extension, answer: 'manual' | 'auto' = 'manual'): Promise<Baresip> {
    const started = await Baresip.start({
      port: office.system.sipPort,
      extension,
      password: `secret${extension}`,
      toneHz: MANAGER_HZ,
      answer,
    });
    phones.push(started);
    await started.registered();
    return started;
  }

  /** A client whom 101 has talked with. @returns his code */
  async function client(): Promise<{ number: string; code: string }> {
    const number = newNumber();
    const code = await office.clientOf('101', number);
    await office.silentDesks();
    await office.begin();
    return { number, code };
  }

  const run = (scenario: string, options: Partial<SippOptions>) =>
    sipp(scenario, { port: office.system.sipPort, ...options });

  /** Calls out reach a SIPp that plays this scenario. */
  async function calledByCompany(scenario: string, toneHz: number): Promise<{ over: Promise<SippResult> }> {
    const listen = await freePort();
    await office.callsOutGoTo(listen);
    return { over: run(scenario, { listen, toneHz }) };
  }

  const inTheMiddle = (sound: Sound): Sound => {
    const lengthS = sound.samples.length / sound.rate;
    return cut(sound, lengthS / 2, lengthS - 0.3);
  };
  const hears = (phone: Baresip) => tonesIn(inTheMiddle(phone.heard()), ALL);
  async function expectRecorded(call: CallView | undefined, left: number, right: number): Promise<void> {
    const channels = readWav(await recordingOf(office.system, call as CallView));
    expect(channels.map((channel) => tonesIn(inTheMiddle(channel), ALL))).toEqual([[left], [right]]);
  }

  it('a call by code from baresip: the client sees the company number, both hear each other', async () => {
    const { code, number } = await client();
    const called = await calledByCompany('client-is-called', CLIENT_HZ);
    const phone = await baresip('101');
    await phone.command('dial', `sip:${code}@127.0.0.1:${office.system.sipPort}`);
    await phone.event('CALL_ESTABLISHED');
    await phone.event('CALL_RTPESTAB');
    await phone.heardFor(2);
    await phone.command('hangup');
    expect(await called.over).toMatchObject(GOOD);
    expect(hears(phone)).toEqual([CLIENT_HZ]);
    expect(phone.trace).not.toContain(number.slice(2));
    const [call] = await office.ended(1, 30_000);
    expect(call).toMatchObject({ direction: 'outbound', outcome: 'answered', companyNumber: COMPANY_NUMBER });
    await expectRecorded(call, CLIENT_HZ, MANAGER_HZ);
  });

  it('click-to-call: baresip rings first, then the client', async () => {
    const { code, number } = await client();
    const called = await calledByCompany('client-is-called', CLIENT_HZ);
    const phone = await baresip('101');
    await office.system.api('POST', '/calls', { clientCode: code }, { as: 'manager1' });
    const incoming = await phone.event('CALL_INCOMING');
    expect(incoming.peeruri).toContain(code);
    await phone.command('accept');
    await phone.event('CALL_RTPESTAB');
    await phone.heardFor(3);
    await phone.command('hangup');
    expect(await called.over).toMatchObject(GOOD);
    expect(hears(phone)).toEqual([CLIENT_HZ]);
    expect(phone.trace).not.toContain(number.slice(2));
    expect((await office.ended(1, 30_000))[0]).toMatchObject({ direction: 'outbound', outcome: 'answered' });
  });

  it('baresip passes a client on to baresip', async () => {
    const { number } = await client();
    const first = await baresip('101');
    const second = await baresip('102', 'auto');
    const calling = run('answered', {
      dial: COMPANY_NUMBER,
      caller: number,
      toneHz: CLIENT_HZ,
      talkMs: 6000,
    });
    await first.event('CALL_INCOMING');
    await first.command('accept');
    await first.event('CALL_RTPESTAB');
    await first.command('transfer', `sip:102@127.0.0.1:${office.system.sipPort}`);
    await first.event('CALL_CLOSED');
    await second.event('CALL_RTPESTAB');
    expect(await calling).toMatchObject(GOOD);
    expect(hears(second)).toEqual([CLIENT_HZ]);
    expect(`${first.trace}${second.trace}`).not.toContain(number.slice(2));
    expect((await office.ended(1, 30_000))[0]).toMatchObject({
      outcome: 'answered',
      manager: { number: '102' },
    });
  });

  it('a mobile takes a call by pressing 1, and calls the client back by the proxy number it was shown', async () => {
    const { number } = await client();
    const change = (method: string, path: string, body: object) => office.system.api(method, path, body);
    await change('PATCH', `/extensions/${await office.extensionId('101')}`, { mobile: MOBILE });
    await change('POST', '/company-numbers', { number: PROXY, name: 'Pool', isProxy: true });
    const mobile = await calledByCompany('mobile-presses-1', MOBILE_HZ);
    const calling = run('answered', {
      dial: COMPANY_NUMBER,
      caller: number,
      toneHz: CLIENT_HZ,
      talkMs: 2500,
    });
    expect(await mobile.over).toMatchObject(GOOD);
    expect(await calling).toMatchObject(GOOD);
    const [taken] = await office.ended(1, 30_000);
    expect(taken).toMatchObject({ direction: 'inbound', outcome: 'answered', manager: { number: '101' } });
    await expectRecorded(taken, CLIENT_HZ, MOBILE_HZ);

    const called = await calledByCompany('client-is-called', CLIENT_HZ);
    const back = await run('mobile-calls', { dial: PROXY, caller: MOBILE, toneHz: MOBILE_HZ, talkMs: 2500 });
    expect(back).toMatchObject(GOOD);
    expect(await called.over).toMatchObject(GOOD);
    const [, callback] = await office.ended(2, 30_000);
    expect(callback).toMatchObject({ direction: 'outbound', outcome: 'answered', client: taken?.client });
    await expectRecorded(callback, CLIENT_HZ, MOBILE_HZ);
  });
});
