import type { InboundInvite } from '../../src/sip/inbound-invite.js';
import type { SipDialog } from '../../src/sip/dialog.js';
import { statusOf } from '../support/raw-sip.js';
import { until } from '../support/until.js';
import { audioSdp, bodyOf, headerOf, SipPhone } from './sip-phone.js';
import { COMPANY_NUMBER, startSipRig, type SipRig } from './sip-rig.js';

const CLIENT = '+79161234567';

describe('the SIP edge', () => {
  let rig: SipRig;
  const phones: SipPhone[] = [];
  const open = async (user: string) => {
    const phone = await SipPhone.at(rig.sipPort, user);
    phones.push(phone);
    return phone;
  };
  /** A registered phone of an extension. */
  const registered = async (user: string) => {
    const phone = await open(user);
    const answer = await phone.register({ user, password: `secret${user}`, algorithm: 'SHA-256' });
    expect(statusOf(answer)).toBe(200);
    return phone;
  };
  const carrierInvite = (carrier: SipPhone, options: Partial<Parameters<SipPhone['request']>[1]> = {}) =>
    carrier.request('INVITE', {
      uri: `sip:${COMPANY_NUMBER}@127.0.0.1:${rig.sipPort}`,
      from: `<sip:${CLIENT}@carrier.example>`,
      to: `<sip:${COMPANY_NUMBER}@127.0.0.1>`,
      headers: [`Contact: ${carrier.contact}`],
      body: audioSdp(carrier.raw.port),
      ...options,
    });
  const nextInvite = () =>
    new Promise<InboundInvite>((resolve) => rig.ingress.onInvite(async (invite) => resolve(invite)));
  const nothingLeft = () =>
    until(
      'nothing is left behind',
      () => Object.values(rig.counters.counts).every((count) => count === 0),
      5_000,
    );
  const dial = (ids: string[], options: Partial<Parameters<SipRig['dialer']['dial']>[1]> = {}) =>
    rig.dialer.dial(
      ids.flatMap((id) => rig.location.targetsOf(id)),
      {
        offers: { rtp: audioSdp(40_000), webrtc: audioSdp(40_002) },
        from: { user: '10234', displayName: 'Client 10234' },
        timeoutMs: 5_000,
        ...options,
      },
    );

  beforeAll(async () => {
    rig = await startSipRig();
  }, 30_000);
  afterEach(async () => {
    for (const id of ['e101', 'e102', 'e103']) rig.location.replace('c1', id, []);
    try {
      await nothingLeft();
    } finally {
      void rig.dialogs.endAll();
      rig.written.splice(0);
      for (const one of phones.splice(0)) one.close();
    }
  }, 20_000);
  afterAll(() => rig.stop());

  it('names the call, answers it, and hears the BYE', async () => {
    const carrier = await open('carrier');
    const came = nextInvite();
    const { callId, cseq, final } = await carrierInvite(carrier);
    const invite = await came;
    expect(invite.trunk.name).toBe('carrier');
    expect(invite.companyNumber.number).toBe(COMPANY_NUMBER);
    expect(invite.caller.kind === 'number' && invite.caller.number.reveal()).toBe(CLIENT);
    expect(invite.sipCallId).toBe(callId);
    invite.progress();
    await carrier.raw.answer((text) => statusOf(text) === 180);
    const answered = invite.answer(audioSdp(41_000));
    const ok = await final;
    expect(bodyOf(ok)).toMatch(/m=audio 41000/);
    expect(headerOf(ok, 'Session-Expires')).toBe('1800;refresher=uas');
    carrier.inDialog('ACK', ok, cseq);
    const dialog = await answered;
    const ended = new Promise((resolve) => dialog.onBye(resolve));
    carrier.inDialog('BYE', ok, cseq + 1);
    expect(await ended).toMatchObject({ by: 'remote' });
    expect(statusOf(await carrier.answerTo(callId, cseq + 1, 'BYE'))).toBe(200);
  });

  it('tells when the caller gives up', async () => {
    const carrier = await open('carrier');
    const came = nextInvite();
    const { callId, cseq, branch, final } = await carrierInvite(carrier);
    const invite = await came;
    invite.progress(audioSdp(41_000));
    await carrier.raw.answer((text) => statusOf(text) === 183);
    carrier.raw.send(
      [
        `CANCEL sip:${COMPANY_NUMBER}@127.0.0.1:${rig.sipPort} SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${carrier.raw.port};branch=${branch};rport`,
        'Max-Forwards: 70',
        `From: <sip:${CLIENT}@carrier.example>;tag=${carrier.tag}`,
        `To: <sip:${COMPANY_NUMBER}@127.0.0.1>`,
        `Call-ID: ${callId}`,
        `CSeq: ${cseq} CANCEL`,
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    );
    await new Promise((resolve) => invite.cancelled.addEventListener('abort', resolve));
    expect(statusOf(await final)).toBe(487);
    await expect(invite.answer(audioSdp(1))).rejects.toMatchObject({ status: 487 });
  });

  it('rings all, takes the first answer, and cancels the others with the reason', async () => {
    const [winner, loser] = [await registered('101'), await registered('102')];
    const rang: string[] = [];
    const outcome = dial(['e101', 'e102'], { onRinging: ({ extensionId }) => rang.push(extensionId) });
    const [won, lost] = [await winner.next('INVITE'), await loser.next('INVITE')];
    loser.respond(lost, '180 Ringing');
    winner.respond(won, '180 Ringing');
    await until('both ring', () => rang.length === 2);
    winner.respond(won, '200 OK', { body: audioSdp(42_000) });
    const result = await outcome;
    expect(result.answeredBy?.extensionId).toBe('e101');
    const cancel = await loser.next('CANCEL');
    expect(headerOf(cancel, 'Reason')).toMatch(/cause=200/);
    loser.respond(cancel, '200 OK');
    loser.respond(lost, '487 Request Terminated');
    await winner.next('ACK');
    const dialog = (result as { dialog: SipDialog }).dialog;
    expect(dialog.remoteSdp).toMatch(/m=audio 42000/);
    const bye = dialog.bye();
    winner.respond(await winner.next('BYE'), '200 OK');
    await bye;
  });

  it.each(['tcp', 'ws'] as const)(
    'rings a phone on the %s connection it registered by',
    async (transport) => {
      const port = transport === 'ws' ? rig.server.wsPort : rig.sipPort;
      const phone = await SipPhone.at(port, '101', transport);
      phones.push(phone);
      await phone.register({ user: '101', password: 'secret101', algorithm: 'MD5' });
      const outcome = dial(['e101']);
      phone.respond(await phone.next('INVITE'), '200 OK', { body: audioSdp(42_000) });
      const result = (await outcome) as { dialog: SipDialog };
      expect(result).toMatchObject({ answeredBy: { extensionId: 'e101' } });
      await phone.next('ACK');
      const bye = result.dialog.bye();
      phone.respond(await phone.next('BYE'), '200 OK');
      await bye;
    },
  );

  it('rings a phone behind NAT where its REGISTER came from', async () => {
    const phone = await open('101');
    const contact = '<sip:101@192.168.77.7:5066>';
    await phone.register({ user: '101', password: 'secret101', algorithm: 'MD5' }, { contact });
    const outcome = dial(['e101']);
    const invite = await phone.next('INVITE');
    expect(invite).toMatch(/^INVITE sip:101@192\.168\.77\.7:5066 /);
    phone.respond(invite, '486 Busy Here');
    expect(await outcome).toMatchObject({ why: 'refused' });
  });

  it('shows a manager the code and nothing of the caller', async () => {
    const phone = await registered('101');
    const outcome = dial(['e101']);
    const invite = await phone.next('INVITE');
    expect(headerOf(invite, 'From')).toMatch(/^"?Client 10234"? <sip:10234@/);
    expect(invite).not.toMatch(/79161234567/);
    expect(headerOf(invite, 'User-Agent')).toBe('Linekeeper');
    expect(headerOf(invite, 'Session-Expires')).toBe('1800;refresher=uac');
    phone.respond(invite, '486 Busy Here');
    expect(await outcome).toMatchObject({ why: 'refused', failures: [{ status: 486, cause: 17 }] });
  });

  it('a declining phone speaks for its own extension, not for the group', async () => {
    const [desk, mobile, other] = [await registered('101'), await registered('101'), await registered('102')];
    const outcome = dial(['e101', 'e102']);
    const [atDesk, atMobile, atOther] = [
      await desk.next('INVITE'),
      await mobile.next('INVITE'),
      await other.next('INVITE'),
    ];
    mobile.respond(atMobile, '180 Ringing');
    desk.respond(atDesk, '603 Decline');
    mobile.respond(await mobile.next('CANCEL'), '200 OK');
    mobile.respond(atMobile, '487 Request Terminated');
    other.respond(atOther, '200 OK', { body: audioSdp(42_000) });
    const result = await outcome;
    expect(result.answeredBy?.extensionId).toBe('e102');
    expect(result.failures.map(({ status }) => status)).toEqual([603, 603]);
    await other.next('ACK');
    const bye = (result as { dialog: SipDialog }).dialog.bye();
    other.respond(await other.next('BYE'), '200 OK');
    await bye;
  });

  it('ends a 200 that comes after the CANCEL with ACK and BYE', async () => {
    const phone = await registered('101');
    const outcome = dial(['e101'], { timeoutMs: 300 });
    const invite = await phone.next('INVITE');
    phone.respond(invite, '180 Ringing');
    expect(await outcome).toMatchObject({ why: 'timeout', failures: [{ status: 408, cause: 19 }] });
    const cancel = await phone.next('CANCEL');
    phone.respond(cancel, '200 OK');
    phone.respond(invite, '200 OK', { body: audioSdp(42_000) });
    await phone.next('ACK');
    // drachtio-server sends a BYE of its own where a CANCEL crossed the 200.
    await phone.next('BYE');
    await until('every BYE is answered', () => {
      phone.answerAll('BYE', '200 OK');
      return rig.connection.pending === 0;
    });
  });

  it('does not wait for a phone that ignores the CANCEL', async () => {
    const phone = await registered('101');
    const abort = new AbortController();
    const outcome = dial(['e101'], { signal: abort.signal });
    const invite = await phone.next('INVITE');
    phone.respond(invite, '180 Ringing');
    await until('it is known to ring', () => rig.uac.pending === 1);
    const began = performance.now();
    abort.abort();
    expect(await outcome).toMatchObject({ why: 'cancelled', failures: [{ status: 487, cause: 16 }] });
    expect(performance.now() - began).toBeLessThan(500);
    await phone.next('CANCEL');
    expect(rig.counters.counts.outbound).toBe(1);
    phone.respond(invite, '487 Request Terminated'); // 30 s early, for the test's sake
  });

  it('sends no CANCEL before a provisional response', async () => {
    const phone = await registered('101');
    const abort = new AbortController();
    const outcome = dial(['e101'], { signal: abort.signal });
    const invite = await phone.next('INVITE');
    abort.abort();
    await outcome;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(phone.raw.received.some((text) => text.startsWith('CANCEL'))).toBe(false);
    phone.respond(invite, '180 Ringing');
    phone.respond(await phone.next('CANCEL'), '200 OK');
    phone.respond(invite, '487 Request Terminated');
  });

  it('carries re-INVITEs both ways, and survives a refused one', async () => {
    const phone = await registered('101');
    const outcome = dial(['e101']);
    const invite = await phone.next('INVITE');
    phone.respond(invite, '200 OK', { body: audioSdp(42_000), headers: ['Supported: timer'] });
    const { dialog } = (await outcome) as { dialog: SipDialog };
    const isReinvite = (n: number) => (text: string) =>
      /^INVITE/.test(text) &&
      headerOf(text, 'CSeq') === `${Number.parseInt(headerOf(invite, 'CSeq')) + n} INVITE`;
    const refused = dialog.modify(audioSdp(43_000, 2));
    phone.respond(await phone.raw.request(isReinvite(1)), '488 Not Acceptable Here');
    await expect(refused).rejects.toMatchObject({ status: 488 });
    const taken = dialog.modify(audioSdp(43_002, 3));
    phone.respond(await phone.raw.request(isReinvite(2)), '200 OK', { body: audioSdp(42_002) });
    expect(await taken).toMatch(/m=audio 42002/);

    const offers: string[] = [];
    dialog.onReinvite(async (sdp) => {
      offers.push(sdp);
      return audioSdp(43_004, 4);
    });
    phone.raw.send(reinvite(phone, invite, audioSdp(42_004).replace('a=sendrecv', 'a=sendonly')));
    const answer = await phone.raw.answer((text) => /77 INVITE/.test(text) && statusOf(text) === 200);
    expect(bodyOf(answer)).toMatch(/m=audio 43004/);
    expect(offers[0]).toMatch(/a=sendonly/);
    phone.inDialogOf('ACK', invite, 77);
    const bye = dialog.bye();
    phone.respond(await phone.next('BYE'), '200 OK');
    await bye;
  });

  it('answers a BYE for nothing with 481', async () => {
    const stranger = await open('carrier');
    const { final } = await stranger.request('BYE', { to: '<sip:nobody@127.0.0.1>;tag=none' });
    expect(statusOf(await final)).toBe(481);
  });

  it('an answer whose ACK never comes is ended by the server, and told', async () => {
    if (rig.server.isReal) return; // 32 s there; the embedded server's timers are shortened
    const carrier = await open('carrier');
    const came = nextInvite();
    const { final } = await carrierInvite(carrier);
    const answered = (await came).answer(audioSdp(41_000));
    await final;
    await expect(answered).rejects.toMatchObject({ status: 408 });
    carrier.respond(await carrier.next('BYE'), '200 OK');
  }, 15_000);

  it('rings nobody where nobody is registered', async () => {
    expect(await dial(['e103'])).toMatchObject({ answeredBy: undefined, why: 'nobody-registered' });
  });

  describe('refuses, in the ledger and on the wire,', () => {
    it.each([
      ['an unknown number', { uri: 'sip:+74959999999@h', to: '<sip:+74959999999@h>' }, 404, 'unknown-number'],
      ['a caller without SDP audio', { body: audioSdp(9).replace('m=audio', 'm=video') }, 488, 'no-audio'],
      [
        'an INVITE at the end of its hops',
        { headers: ['Max-Forwards: 0', 'Contact: <sip:a@b>'] },
        483,
        'too-many-hops',
      ],
      [
        'a Require it does not know',
        { headers: ['Contact: <sip:a@127.0.0.1>', 'Require: moonlight'] },
        420,
        'unknown-extension-tag',
      ],
      [
        'too short a session timer',
        { headers: ['Contact: <sip:a@127.0.0.1>', 'Session-Expires: 30', 'Supported: timer'] },
        422,
        'interval-too-small',
      ],
    ])('%s', async (_, options, status, reason) => {
      const carrier = await open('carrier');
      const { final } = await carrierInvite(carrier, options);
      expect(statusOf(await final)).toBe(status);
      expect(rig.written).toMatchObject([
        { kind: 'call.refused', companyId: 'c1', data: { reason, sipStatus: status } },
      ]);
      expect(JSON.stringify(rig.written)).not.toMatch(/9161234567/);
    });
  });
});

function reinvite(phone: SipPhone, invite: string, sdp: string): string {
  const target = /<([^>]+)>/.exec(headerOf(invite, 'Contact'))?.[1] ?? '';
  return [
    `INVITE ${target} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${phone.raw.port};branch=z9hG4bKre77;rport`,
    'Max-Forwards: 70',
    `From: ${headerOf(invite, 'To')};tag=${phone.tag}`,
    `To: ${headerOf(invite, 'From')}`,
    `Call-ID: ${headerOf(invite, 'Call-ID')}`,
    'CSeq: 77 INVITE',
    `Contact: ${phone.contact}`,
    'Content-Type: application/sdp',
    `Content-Length: ${Buffer.byteLength(sdp)}`,
    '',
    sdp,
  ].join('\r\n');
}
