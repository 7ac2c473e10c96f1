import { UserAgent, SipFailure, type InviteDialog, type SipProtocol } from './index.js';

const TIMERS = { t1: 30, t2: 120, t4: 60 };
const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

describe.each(['udp', 'tcp', 'ws'] as SipProtocol[])('two user agents over %s', (protocol) => {
  let alice: UserAgent;
  let bob: UserAgent;
  let bobUri: string;

  beforeEach(async () => {
    alice = new UserAgent({ user: 'alice', userAgent: 'alice', timers: TIMERS });
    bob = new UserAgent({ user: 'bob', timers: TIMERS });
    await alice.listen({ protocol, ip: '127.0.0.1', port: 0 });
    const { port } = await bob.listen({ protocol, ip: '127.0.0.1', port: 0 });
    bobUri = `sip:bob@127.0.0.1:${port}${protocol === 'udp' ? '' : `;transport=${protocol}`}`;
  });

  afterEach(async () => {
    await Promise.all([alice.close(), bob.close()]);
    expect(alice.counts).toMatchObject({ transactions: 0, lingering: 0, dialogs: 0, timers: 0 });
    expect(bob.counts).toMatchObject({ transactions: 0, lingering: 0, dialogs: 0, timers: 0 });
  });

  const call = (body: string | undefined = SDP) =>
    alice.invite({ uri: bobUri, from: '<sip:alice@example.org>', body });

  it('a call rings, is answered, changed and ended by the callee', async () => {
    const seen: number[] = [];
    const atBob = new Promise<InviteDialog>((resolve) =>
      bob.onInvite((invite) => {
        void invite.ring();
        resolve(invite.answer({ body: SDP }));
      }),
    );
    const invite = call().onProgress((response) => seen.push(response.status));
    const { dialog } = await invite.answered;
    const bobs = await atBob;
    await bobs.acked;
    expect(seen).toEqual([180]);
    bobs.onReinvite((request) => ({ body: request.text }));
    const changed = await dialog.reinvite({ body: SDP.replace('4000', '4002') });
    expect(changed.response.text).toContain('4002');
    expect(
      (await dialog.request('INFO', { body: 'Signal=1', contentType: 'application/dtmf-relay' })).status,
    ).toBe(200);
    const ended = new Promise((resolve) => dialog.onEnd((end) => resolve(end.by)));
    await bobs.bye();
    expect(await ended).toBe('remote');
    expect([alice.counts.dialogs, bob.counts.dialogs]).toEqual([0, 0]);
  });

  it('an INVITE without an offer is answered in the ACK', async () => {
    const atBob = new Promise<InviteDialog>((resolve) =>
      bob.onInvite((invite) => resolve(invite.answer({ body: SDP }))),
    );
    const { dialog, response, ack } = await call('').answered;
    expect(response.text).toBe(SDP);
    ack('v=0\r\nanswer');
    expect((await (await atBob).acked).text).toBe('v=0\r\nanswer');
    await dialog.bye();
  });

  it('a cancelled call ends with 487 on both sides', async () => {
    const cancelled = new Promise<void>((resolve) =>
      bob.onInvite((invite) => {
        invite.onCancel(() => resolve());
        void invite.ring();
      }),
    );
    const invite = call();
    invite.onProgress(() => invite.cancel());
    await expect(invite.answered).rejects.toMatchObject({ status: 487 });
    await cancelled;
  });

  it('a refusal arrives with its status', async () => {
    bob.onInvite((invite) => invite.refuse(486));
    await expect(call().answered).rejects.toEqual(
      new SipFailure(486, 'Busy Here', expect.anything() as never),
    );
  });

  it('a reliable provisional is acknowledged by PRACK', async () => {
    const prack = new Promise<string>((resolve, reject) =>
      bob.onInvite((invite) => {
        invite.ring(183, { reliable: true, body: SDP }).then(() => {
          resolve('acknowledged');
          invite.answer({ body: SDP });
        }, reject);
      }),
    );
    const { dialog } = await call().answered;
    expect(await prack).toBe('acknowledged');
    await dialog.bye();
  });

  it('a re-INVITE that meets another gets 491', async () => {
    const atBob = new Promise<InviteDialog>((resolve) =>
      bob.onInvite((invite) => resolve(invite.answer({ body: SDP }))),
    );
    const { dialog } = await call().answered;
    const bobs = await atBob;
    await bobs.acked;
    dialog.onReinvite(() => ({ body: SDP }));
    bobs.onReinvite(() => ({ body: SDP }));
    const both = await Promise.allSettled([dialog.reinvite({ body: SDP }), bobs.reinvite({ body: SDP })]);
    expect(
      both.map((one) => (one.status === 'rejected' ? (one.reason as SipFailure).status : 200)),
    ).toContain(491);
    await dialog.bye();
  });

  it('an answer that nobody acknowledges is repeated, then the dialog ends', async () => {
    const ended = new Promise<string>((resolve, reject) =>
      bob.onInvite((invite) => {
        const dialog = invite.answer({ body: SDP });
        dialog.acked.then(
          () => reject(new Error('acknowledged')),
          () => undefined,
        );
        dialog.onEnd((end) => resolve(end.by));
      }),
    );
    await call('').answered; // no offer, and no ACK is ever sent
    expect(await ended).toBe('no-ack');
  }, 10_000);
});
