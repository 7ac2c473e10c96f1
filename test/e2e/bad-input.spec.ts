import { spawnSync } from 'node:child_process';
import { deafPhone } from '../support/deaf-phone.js';
import { env } from '../support/env.js';
import { expectToHear, Office, TONES } from '../support/office.js';
import { rawTcp, rawUdp, sipText, statusOf } from '../support/raw-sip.js';
import { until } from '../support/until.js';

const CALLER = '+79161234521';

describe('bad input ends in the right answer and a named ending', () => {
  let office: Office;
  let before = 0;
  const ended = async (count: number) => (await office.system.endedCalls(before + count)).slice(before);
  const refusals = async () =>
    (await office.system.ledger())
      .filter(({ kind }) => kind === 'call.refused')
      .map(({ payload }) => payload);

  beforeAll(async () => {
    office = await Office.open({ settings: { RTP_TIMEOUT_S: '3' } });
    await office.changeGroup({ ringTimeoutS: 2 });
  }, 90_000);
  beforeEach(async () => {
    before = (await office.system.calls()).length;
  });
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
    expect(office.system.running).toBe(true);
  });
  afterAll(() => office?.close());

  it('an unknown number: 404, written as refused', async () => {
    const call = await office.carrier.dial('+74950000199', { from: CALLER });
    expect(await call.status()).toBe(404);
    await until('the refusal is written', async () => (await refusals()).length > 0);
  });

  it('an INVITE from an address that is no trunk: 403, nothing rings, written', async () => {
    const known = (await refusals()).length;
    const desk = await office.manager('101');
    const stranger = await office.phone('stranger', { ip: '127.0.0.2' });
    const call = await stranger.dial('+74950000100', { from: CALLER });
    expect(await call.status()).toBe(403);
    await until('the refusal is written', async () => (await refusals()).length > known);
    expect(desk.rung).toBe(0);
  });

  it.each([
    ['withheld', { from: 'anonymous', displayName: 'Anonymous' }],
    ['withheld, by Privacy', { from: 'anonymous', headers: { Privacy: 'id' } }],
    ['malformed', { from: 'not-a-number' }],
    ['too short to be one', { from: '12' }],
    ['without a user', { from: '' }],
  ])('a caller whose number is %s is rung, answered and written', async (_, options) => {
    const desk = await office.manager('101');
    const call = await office.call('', options);
    const ringing = await desk.incoming();
    const manager = await ringing.answer(TONES['101']);
    const caller = await call.answered;
    await expectToHear(manager.audio, TONES.caller);
    await caller.hangUp();
    await manager.ended;
    expect((await ended(1))[0]).toMatchObject({ outcome: 'answered', client: null });
  });

  it('SDP without a codec in common: 488, written as refused', async () => {
    const sdp =
      'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 4\r\n';
    expect(await (await office.call(CALLER, { sdp })).status()).toBe(488);
    expect((await ended(1))[0]).toMatchObject({ outcome: 'refused', cause: 65 });
  });

  it('a body that is no SDP: 415 or 488, written as refused', async () => {
    const known = (await refusals()).length;
    const status = await (await office.call(CALLER, { sdp: 'this is no SDP' })).status();
    expect([415, 488]).toContain(status);
    await until('the refusal is written', async () => (await refusals()).length > known);
  });

  it('an INVITE without SDP gets an offer, and the call is answered with sound both ways', async () => {
    const desk = await office.manager('101');
    const call = await office.call(CALLER, { offer: false });
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await Promise.all([expectToHear(caller.audio, TONES['101']), expectToHear(manager.audio, TONES.caller)]);
    await caller.hangUp();
    await manager.ended;
    expect((await ended(1))[0]).toMatchObject({ outcome: 'answered' });
  });

  it('a BYE for nothing: 481', async () => {
    const raw = await rawUdp(office.system.sipPort);
    raw.send(
      sipText(`BYE sip:+74950000100@127.0.0.1 SIP/2.0
        Via: SIP/2.0/UDP 127.0.0.1:${raw.port};branch=z9hG4bKnothing;rport
        Max-Forwards: 70
        From: <sip:+79161234567@127.0.0.1>;tag=a
        To: <sip:+74950000100@127.0.0.1>;tag=b
        Call-ID: for-nothing@127.0.0.1
        CSeq: 2 BYE`),
    );
    expect(statusOf(await raw.answer())).toBe(481);
    raw.close();
  });

  it.each([
    ['bytes at random', Buffer.from(Array.from({ length: 900 }, (_, i) => (i * 7919) % 256))],
    ['nothing but line ends', '\r\n\r\n\r\n'],
    ['a request line alone', 'INVITE sip:+74950000100@127.0.0.1 SIP/2.0\r\n\r\n'],
    ['headers without end', `INVITE sip:a@b SIP/2.0\r\n${'X: y\r\n'.repeat(3000)}`],
  ])('%s on UDP and TCP does no harm', async (_, bytes) => {
    const udp = await rawUdp(office.system.sipPort);
    udp.send(bytes);
    udp.close();
    const tcp = await rawTcp(office.system.sipPort);
    tcp.send(bytes);
    const probe = await rawUdp(office.system.sipPort);
    probe.send(
      sipText(`OPTIONS sip:127.0.0.1 SIP/2.0
        Via: SIP/2.0/UDP 127.0.0.1:${probe.port};branch=z9hG4bK${probe.port};rport
        Max-Forwards: 70
        From: <sip:probe@127.0.0.1>;tag=a
        To: <sip:127.0.0.1>
        Call-ID: ${probe.port}@127.0.0.1
        CSeq: 1 OPTIONS`),
    );
    expect(statusOf(await probe.answer())).toBe(200);
    probe.close();
    tcp.close();
  });

  it('a wrong password: 401 or 403 each time, and no registration', async () => {
    const thief = await office.phone('101', { password: 'not the password' });
    for (let attempt = 0; attempt < 3; attempt++) {
      expect([401, 403]).toContain((await thief.register()).status);
    }
    const bindings = await office.system.sql('SELECT 1 FROM contact_binding WHERE expires_at > now()');
    expect(bindings).toEqual([]);
  });

  it('a caller that vanishes, without RTP and without BYE: ended for no audio', async () => {
    const desk = await office.manager('101');
    const call = await office.call(CALLER);
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await expectToHear(manager.audio, TONES.caller);
    caller.audio.pause();
    manager.audio.pause();
    await manager.ended;
    expect((await ended(1))[0]).toMatchObject({ outcome: 'answered', endedBy: 'media', cause: 102 });
  });

  it('a phone that never answers the CANCEL holds nobody up', async () => {
    const deaf = await deafPhone(office.system.sipPort, '102', 'secret102');
    const desk = await office.manager('101');
    const call = await office.call(CALLER);
    const ringing = await desk.incoming();
    await deaf.request('INVITE');
    const manager = await ringing.answer(TONES['101']);
    const caller = await call.answered;
    await deaf.request('CANCEL');
    await expectToHear(caller.audio, TONES['101']);
    await caller.hangUp();
    await manager.ended;
    expect((await ended(1))[0]).toMatchObject({ outcome: 'answered', manager: { number: '101' } });
    deaf.respond('487 Request Terminated');
    await deaf.unregister();
    deaf.close();
  });

  it('a phone that answers after another has: it gets ACK and BYE, the call goes on', async () => {
    const late = await deafPhone(office.system.sipPort, '102', 'secret102');
    const desk = await office.manager('101');
    const call = await office.call(CALLER);
    const ringing = await desk.incoming();
    await late.request('INVITE');
    const manager = await ringing.answer(TONES['101']);
    const caller = await call.answered;
    await late.request('CANCEL');
    late.answer();
    await late.request('ACK');
    await late.request('BYE');
    late.respondTo('BYE', '200 OK');
    await expectToHear(caller.audio, TONES['101']);
    await caller.hangUp();
    await manager.ended;
    expect((await ended(1))[0]).toMatchObject({ outcome: 'answered', manager: { number: '101' } });
    await late.unregister();
    late.close();
  });

  // Past the limit on a file FreeSWITCH is killed by SIGXFSZ, which a full disk does not send.
  const itEmbedded = env.engine === 'embedded' ? it : () => undefined;
  itEmbedded(
    'a full disk while recording: the call goes on, and the recording is called missing or short',
    async () => {
      const desk = await office.manager('101');
      const call = await office.call(CALLER);
      // No file of the engine may grow past 16 KB: half a second of stereo.
      const pid = String(office.system.enginePid);
      expect(spawnSync('prlimit', ['--pid', pid, '--fsize=16000:unlimited']).status).toBe(0);
      const manager = await (await desk.incoming()).answer(TONES['101']);
      const caller = await call.answered;
      await caller.audio.listen(1500);
      await expectToHear(caller.audio, TONES['101']);
      await caller.hangUp();
      await manager.ended;
      expect((await ended(1))[0]).toMatchObject({ outcome: 'answered' });
      spawnSync('prlimit', ['--pid', pid, '--fsize=unlimited:unlimited']);
      const row = (await ended(1))[0];
      await until('the recording is judged', async () => {
        const kinds = (await office.system.ledger(row!.id)).map(({ kind }) => kind);
        return kinds.includes('recording.missing') || kinds.includes('recording.stored');
      });
    },
  );

  it('a flood of unknown numbers from one source: each gets its answer, the ledger keeps the count', async () => {
    const calls = await Promise.all(
      Array.from({ length: 40 }, () => office.carrier.dial('+74950000198', { from: CALLER })),
    );
    for (const status of await Promise.all(calls.map((call) => call.status()))) {
      expect([404, 503]).toContain(status);
    }
    // At most ten a minute are entries of their own; the rest are one entry with their number.
    expect((await refusals()).length).toBeLessThanOrEqual(20);
  });
});
