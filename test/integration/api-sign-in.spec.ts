import { clock } from '../../src/common/clock.js';
import { Api, PASSWORDS } from '../support/api.js';

/** What people and softphones take that have not signed in. */
const OPEN = ['/api/v1/sign-in', '/api/v1/softphone-links/{form}/{token}'];

describe('sign-in', () => {
  let api: Api;
  const realNow = clock.now;
  beforeEach(async () => {
    api = await Api.start();
  }, 60_000);
  afterEach(async () => {
    clock.now = realNow;
    await api.close();
  });

  test('gives a bearer token and an httpOnly cookie of this site alone, and is written down', async () => {
    const { status, body, headers } = await api.signIn(
      'Manager1@Example.com ',
      PASSWORDS['manager1@example.com'],
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token: expect.stringMatching(/^[\w-]{43}$/),
      user: { email: 'manager1@example.com', role: 'manager', extension: { number: '101', name: 'Anna' } },
    });
    expect(new Date(body.expiresAt).getTime()).toBeGreaterThan(Date.now() + 3600_000);
    const cookie = headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const me = await api.fetch('GET', '/api/v1/me', { headers: { authorization: `Bearer ${body.token}` } });
    expect(me.body).toMatchObject({
      email: 'manager1@example.com',
      rights: expect.arrayContaining(['calls.read']),
    });
    expect(me.body.rights).not.toContain('ledger.read');
    expect(await api.entries('person.signed-in')).toEqual([
      { actor: `user:${body.user.id}`, call_id: null, payload: { role: 'manager', source: '127.0.0.1' } },
    ]);
  });

  test('keeps neither token nor password in the database', async () => {
    const { body } = await api.signIn('admin@example.com', PASSWORDS['admin@example.com']);
    const [{ dump }] = (await api.sql.query<{ dump: string }>(
      `SELECT (SELECT string_agg(t::text, '') FROM user_token t) || (SELECT string_agg(u::text, '') FROM user_account u)
         || (SELECT string_agg(l::text, '') FROM ledger_entry l) AS dump`,
    )) as [{ dump: string }];
    expect(dump).not.toContain(body.token);
    expect(dump).not.toContain(Buffer.from(body.token).toString('hex'));
    expect(dump).not.toContain(PASSWORDS['admin@example.com']);
    expect(dump).toContain('$argon2id$');
  });

  test('answers a wrong password and an unknown address alike, and writes both', async () => {
    const wrong = await api.signIn('admin@example.com', 'not the password');
    const unknown = await api.signIn('nobody@example.com', 'not the password');
    expect([wrong.status, wrong.body]).toEqual([unknown.status, unknown.body]);
    expect(wrong.status).toBe(401);
    const entries = await api.entries('person.sign-in-refused');
    expect(entries.map(({ payload }) => payload)).toEqual([
      { known: true, source: '127.0.0.1' },
      { known: false, source: '127.0.0.1' },
    ]);
  });

  test('reads no sixth try after five wrong ones for 15 minutes, and says when to come again', async () => {
    for (let tries = 0; tries < 5; tries++) {
      expect((await api.signIn('admin@example.com', 'wrong')).status).toBe(401);
    }
    const refused = await api.signIn('admin@example.com', PASSWORDS['admin@example.com']);
    expect(refused.status).toBe(429);
    const waitS = Number(refused.headers.get('retry-after'));
    expect(waitS).toBeGreaterThan(800);
    expect(refused.body.detail).toContain(`${waitS} s`);
    expect((await api.signIn('manager1@example.com', PASSWORDS['manager1@example.com'])).status).toBe(200);
    clock.now = () => realNow() + waitS * 1000;
    expect((await api.signIn('admin@example.com', PASSWORDS['admin@example.com'])).status).toBe(200);
  });

  test('ends with sign-out and after 12 hours', async () => {
    const token = await api.token('admin@example.com');
    const headers = { authorization: `Bearer ${token}` };
    const me = () => api.fetch('GET', '/api/v1/me', { headers });
    expect((await me()).status).toBe(200);
    clock.now = () => realNow() + 12 * 3600_000;
    expect((await me()).status).toBe(401);
    clock.now = realNow;
    expect((await api.fetch('POST', '/api/v1/sign-out', { headers })).status).toBe(204);
    const after = await me();
    expect(after.status).toBe(401);
    expect(after.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('a change by cookie comes from our own pages alone', async () => {
    const { headers } = await api.signIn('admin@example.com', PASSWORDS['admin@example.com']);
    const cookie = (headers.get('set-cookie') ?? '').split(';')[0] as string;
    const create = (name: string, more: Record<string, string>) =>
      api.fetch('POST', '/api/v1/ring-groups', { body: { name }, headers: { cookie, ...more } });
    expect((await api.fetch('GET', '/api/v1/calls', { headers: { cookie } })).status).toBe(200);
    expect((await create('none', {})).status).toBe(403);
    expect((await create('foreign', { Origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await create('other port', { Origin: 'http://127.0.0.1:1' })).status).toBe(403);
    expect((await create('cross', { Origin: api.web, 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await create('ours', { Origin: api.web })).status).toBe(201);
  });

  test('nobody takes a route without signing in', async () => {
    const { body } = await api.fetch('GET', '/api/openapi.json');
    for (const [path, operations] of Object.entries<object>(body.paths)) {
      if (!path.startsWith('/api/v1/') || OPEN.includes(path)) continue;
      for (const method of Object.keys(operations)) {
        const url = path.replace('{id}', '01890000-0000-7000-8000-000000000000');
        const { status } = await api.fetch(
          method.toUpperCase(),
          url,
          method === 'post' || method === 'patch' ? { body: {} } : {},
        );
        expect([method, path, status]).toEqual([method, path, 401]);
      }
    }
  });
});
