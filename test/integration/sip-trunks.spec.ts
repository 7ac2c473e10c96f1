import type { InboundInvite } from '../../src/sip/inbound-invite.js';
import { statusOf } from '../support/raw-sip.js';
import { until } from '../support/until.js';
import { audioSdp, headerOf, SipPhone } from './sip-phone.js';
import { COMPANY_NUMBER, snapshotWith, startSipRig, type SipRig } from './sip-rig.js';

describe('a trunk by registration', () => {
  let rig: SipRig;
  let carrier: SipPhone;
  const nothing = snapshotWith([]);

  /** The n-th REGISTER that came, retransmissions not counted. */
  const nth = (n: number) =>
    carrier.raw.request(
      (text) => /^REGISTER /.test(text) && headerOf(text, 'CSeq') === `${n} REGISTER`,
      8_000,
    );
  const state = () => rig.trunks.states.get('t1');
  const setUp = () =>
    rig.setUp(
      snapshotWith([
        {
          kind: 'registration',
          sourceAddresses: [],
          host: '127.0.0.1',
          port: carrier.raw.port,
          username: 'account',
          password: 'word',
        },
      ]),
    );
  const challenge = (algorithm: string, nonce: string) =>
    `WWW-Authenticate: Digest realm="carrier", nonce="${nonce}", algorithm=${algorithm}, qop="auth"`;

  beforeEach(async () => {
    rig = await startSipRig(nothing);
    carrier = await SipPhone.at(rig.sipPort, 'carrier');
  });
  afterEach(async () => {
    rig.setUp(nothing);
    await rig.stop();
    carrier.close();
  });

  it('registers with the stronger digest, takes a longer interval, and is called at its contact', async () => {
    setUp();
    const first = await nth(1);
    expect(headerOf(first, 'Authorization')).toBe('');
    carrier.respond(first, '401 Unauthorized', {
      headers: [challenge('MD5', 'n1'), challenge('SHA-256', 'n1')],
    });
    const second = await nth(2);
    expect(headerOf(second, 'Authorization')).toMatch(/algorithm=SHA-256.*nc=00000001/);
    expect(headerOf(second, 'Call-ID')).toBe(headerOf(first, 'Call-ID'));
    carrier.respond(second, '423 Interval Too Brief', { headers: ['Min-Expires: 900'] });
    const third = await nth(3);
    expect(headerOf(third, 'Expires')).toBe('900');
    expect(headerOf(third, 'Authorization')).toMatch(/nc=00000002/);
    const contact = /<([^>]+)>/.exec(headerOf(third, 'Contact'))?.[1] ?? '';
    carrier.respond(third, '200 OK', { headers: [`Contact: <${contact}>;expires=900`] });
    await until('it is registered', () => state()?.state === 'registered');

    const came = new Promise<InboundInvite>((resolve) => rig.ingress.onInvite(async (one) => resolve(one)));
    const { final } = await carrier.request('INVITE', {
      uri: contact,
      from: '<sip:89161234567@carrier.example>',
      to: `<sip:${COMPANY_NUMBER}@carrier.example>`,
      headers: [`Contact: ${carrier.contact}`, 'P-Asserted-Identity: <tel:+79160000001>'],
      body: audioSdp(40_000),
    });
    const invite = await came;
    expect(invite.trunk.id).toBe('t1');
    expect(invite.caller.kind === 'number' && invite.caller.number.reveal()).toBe('+79160000001');
    invite.refuse(486);
    expect(statusOf(await final)).toBe(486);

    rig.setUp(nothing);
    const last = await carrier.raw.request(
      (text) => /^REGISTER /.test(text) && headerOf(text, 'Expires') === '0',
    );
    carrier.respond(last, '200 OK');
  }, 15_000);

  it('says what a carrier refuses, and tries again when told', async () => {
    setUp();
    carrier.respond(await nth(1), '503 Service Unavailable', { headers: ['Retry-After: 1'] });
    await until('the failure shows', () => state()?.state === 'failed');
    expect(state()).toMatchObject({ status: 503 });
    carrier.respond(await nth(2), '200 OK', { headers: ['Expires: 60'] });
    await until('it is registered', () => state()?.state === 'registered');
  });

  it('does not answer the same challenge for ever with a wrong password', async () => {
    setUp();
    carrier.respond(await nth(1), '401 Unauthorized', { headers: [challenge('MD5', 'n1')] });
    carrier.respond(await nth(2), '401 Unauthorized', { headers: [challenge('MD5', 'n2')] });
    await until('the failure shows', () => state()?.state === 'failed');
    expect(state()).toMatchObject({ status: 401 });
  });
});
