import type { InboundInvite } from '../../src/sip/inbound-invite.js';
import type { SipDialog } from '../../src/sip/dialog.js';
import { DrachtioConnection } from '../../src/sip/drachtio.connection.js';
import { TokenBuckets } from '../../src/sip/token-buckets.js';
import { freePort } from '../support/free-ports.js';
import { statusOf } from '../support/raw-sip.js';
import { until } from '../support/until.js';
import { audioSdp, headerOf, SipPhone } from './sip-phone.js';
import { COMPANY_NUMBER, snapshotWith, startSipRig, type SipRig } from './sip-rig.js';

describe('the SIP edge in trouble', () => {
  let rig: SipRig;
  const phones: SipPhone[] = [];
  const open = async (user: string) => {
    const phone = await SipPhone.at(rig.sipPort, user);
    phones.push(phone);
    return phone;
  };
  const invite = (from: SipPhone, number = COMPANY_NUMBER) =>
    from.request('INVITE', {
      uri: `sip:${number}@127.0.0.1:${rig.sipPort}`,
      headers: [`Contact: ${from.contact}`],
      body: audioSdp(40_000),
    });

  afterEach(async () => {
    for (const one of phones.splice(0)) one.close();
    await rig.stop();
  });

  it('tells a stranger nothing, and a flood from one address fills neither ledger nor memory', async () => {
    rig = await startSipRig(snapshotWith([{ sourceAddresses: ['192.0.2.1'] }]));
    // The usual size, refilled too slowly for a busy machine to keep up with.
    Object.assign(rig.ingress, { otherRate: new TokenBuckets(1, 60) });
    const stranger = await open('scanner');
    const statuses: number[] = [];
    while (!statuses.includes(503)) {
      const batch = Array.from({ length: 25 }, (_, i) =>
        invite(stranger, i % 2 ? COMPANY_NUMBER : '+74959999999').then(({ final }) => final),
      );
      statuses.push(...(await Promise.all(batch)).map(statusOf));
    }
    expect(new Set(statuses)).toEqual(new Set([403, 503]));
    expect(statuses.slice(0, 50).every((status) => status === 403)).toBe(true);
    expect(rig.written).toHaveLength(10);
    await rig.edge.stop();
    expect(rig.written).toHaveLength(11);
    expect(rig.written[10]).toMatchObject({
      kind: 'call.refusals-suppressed',
      data: { source: '127.0.0.1', count: statuses.length - 10 },
    });
    expect(rig.counters.counts).toMatchObject({ inbound: 0, dialogs: 0 });
  }, 20_000);

  it('refuses new calls while it drains', async () => {
    rig = await startSipRig();
    rig.edge.drain();
    const { final } = await invite(await open('carrier'));
    const answer = await final;
    expect(statusOf(answer)).toBe(503);
    expect(Number(headerOf(answer, 'Retry-After'))).toBeGreaterThan(0);
  });

  it('challenges a registered phone that calls out, then says that calls out come later', async () => {
    rig = await startSipRig(snapshotWith([{ sourceAddresses: ['192.0.2.1'] }]));
    const phone = await open('101');
    await phone.register({ user: '101', password: 'secret101', algorithm: 'MD5' });
    const first = await invite(phone);
    expect(statusOf(await first.final)).toBe(407);
    expect(rig.written).toHaveLength(0);
  });

  it('ends its dialogs when drachtio-server was lost, and serves again', async () => {
    rig = await startSipRig();
    if (rig.server.isReal) return;
    const carrier = await open('carrier');
    const came = new Promise<InboundInvite>((resolve) => rig.ingress.onInvite(async (one) => resolve(one)));
    const { cseq, final } = await invite(carrier);
    const answered = (await came).answer(audioSdp(41_000));
    carrier.inDialog('ACK', await final, cseq);
    const dialog: SipDialog = await answered;
    const end = new Promise((resolve) => dialog.onBye(resolve));
    await rig.server.restart();
    expect(await end).toMatchObject({ by: 'server' });
    expect(rig.connection.isUp).toBe(true);
    const { final: options } = await carrier.request('OPTIONS');
    expect(statusOf(await options)).toBe(200);
    await until('nothing is left', () => Object.values(rig.counters.counts).every((count) => count === 0));
  }, 20_000);

  it('says in one line that the secret is wrong, and that nobody listens', async () => {
    rig = await startSipRig();
    const wrong = new DrachtioConnection();
    await expect(wrong.start(rig.server.url.replace(/:[^:@]*@/, ':wrong@'))).rejects.toMatchObject({
      code: 'drachtio-secret',
    });
    const nobody = new DrachtioConnection();
    await expect(nobody.start(`drachtio://:x@127.0.0.1:${await freePort()}`, 300)).rejects.toMatchObject({
      code: 'drachtio-away',
    });
  });
});
