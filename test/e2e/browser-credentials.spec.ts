import WebSocket from 'ws';
import type { PhoneCredentials } from '../../src/contracts/phone.js';
import { SipPhone } from '../integration/sip-phone.js';
import { rawWs } from '../integration/sip-ws.js';
import { statusOf } from '../support/raw-sip.js';
import { System } from '../support/system.js';

const ANNA = ['anna', 'manager1@example.com', 'manager1-demo'] as const;

describe('the credentials of a browser', () => {
  let system: System;
  const phones: SipPhone[] = [];
  beforeAll(async () => {
    system = await System.start();
  }, 60_000);
  beforeEach(() => system.signIn(...ANNA));
  afterEach(() => phones.splice(0).forEach((phone) => phone.close()));
  afterAll(() => system?.stop());

  const issue = async () =>
    (await system.api<PhoneCredentials>('POST', '/phone/credentials', undefined, { as: 'anna' })).body;

  /** A page that speaks SIP through the control plane. */
  const pageOf = async (user: string) => {
    const headers = { authorization: `Bearer ${await system.token('anna')}` };
    const raw = await rawWs(`${system.web.replace('http', 'ws')}/sip`, { headers });
    const phone = SipPhone.overWs(raw, system.sipPort, user);
    phones.push(phone);
    return phone;
  };
  const register = async (user: string, { username, password }: PhoneCredentials) =>
    statusOf(await (await pageOf(user)).register({ user: username, password, algorithm: 'MD5' }));

  test('register the extension of the person signed in, and nobody else’s', async () => {
    const given = await issue();
    expect(given).toMatchObject({ uri: expect.stringMatching(/^sip:101@/), webSocketPath: '/sip' });
    const lifeMs = Date.parse(given.expiresAt) - Date.now();
    expect(lifeMs).toBeGreaterThan(0);
    expect(lifeMs).toBeLessThanOrEqual(3600_000);
    expect(await register('101', given)).toBe(200);
    expect(await register('102', given)).toBe(401);
    expect(await register('101', { ...given, password: 'secret101' })).toBe(401);
    expect(await register('101', { ...given, username: `${given.username.slice(0, -1)}!` })).toBe(401);
  });

  test('are other ones each time, and their password is kept nowhere', async () => {
    const [one, other] = [await issue(), await issue()];
    expect(one.username).not.toBe(other.username);
    const rows = await system.sql('SELECT * FROM phone_credential');
    expect(JSON.stringify(rows)).toContain(one.username);
    expect(JSON.stringify(rows)).not.toContain(one.password);
    expect(system.output).not.toContain(one.password);
  });

  test('let nobody stay registered for longer than they hold, and then register nobody', async () => {
    const given = await issue();
    await system.sql(`UPDATE phone_credential SET expires_at = now() + interval '40 s'`);
    const answer = await (
      await pageOf('101')
    ).register({ user: given.username, password: given.password, algorithm: 'MD5' });
    const [, granted] = /;expires=(\d+)/.exec(answer) ?? [];
    expect(Number(granted)).toBeGreaterThan(0);
    expect(Number(granted)).toBeLessThanOrEqual(40);
    await system.sql(`UPDATE phone_credential SET expires_at = now()`);
    expect(await register('101', given)).toBe(401);
  });

  test('end at the sign-out, and with another extension', async () => {
    const given = await issue();
    const page = await pageOf('101');
    const answer = { user: given.username, password: given.password, algorithm: 'MD5' } as const;
    await system.sql(`UPDATE user_account SET extension_id = NULL WHERE email = $1`, [ANNA[1]]);
    expect(statusOf(await page.register(answer))).toBe(401);
    await system.sql(
      `UPDATE user_account SET extension_id = (SELECT id FROM extension WHERE number = '101') WHERE email = $1`,
      [ANNA[1]],
    );
    expect(statusOf(await page.register(answer))).toBe(200);
    await system.api('POST', '/sign-out', undefined, { as: 'anna' });
    expect(statusOf(await page.register(answer))).toBe(401);
  });

  test.each([
    ['nobody signed in', async () => ({}), 401],
    [
      'another site’s page with the cookie',
      async () => ({ cookie: `linekeeper=${await system.token('anna')}`, origin: 'https://evil.example' }),
      403,
    ],
    [
      'somebody without an extension',
      async () => ({ authorization: `Bearer ${await system.token('admin')}` }),
      403,
    ],
  ])('the way to the SIP server is shut to %s', async (_, headersOf, status) => {
    const socket = new WebSocket(`${system.web.replace('http', 'ws')}/sip`, 'sip', {
      headers: await headersOf(),
    });
    const refused = new Promise((done, fail) => {
      socket.on('unexpected-response', (__, response) => done(response.statusCode));
      socket.on('open', () => fail(new Error('it was let in')));
    });
    expect(await refused).toBe(status);
  });
});
