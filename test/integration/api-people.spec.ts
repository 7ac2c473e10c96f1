import { Api, PASSWORDS } from '../support/api.js';

const ADMIN = 'admin@example.com';
const NEW = {
  email: 'Galina@Example.com',
  role: 'manager',
  extension: '103',
  password: 'a password of hers',
};

describe('people', () => {
  let api: Api;
  beforeEach(async () => {
    api = await Api.start();
  }, 60_000);
  afterEach(() => api.close());

  test('are made, changed and removed by administrators; each change of rights is an entry', async () => {
    const made = await api.as(ADMIN, 'POST', '/people', NEW);
    expect([made.status, made.body]).toMatchObject([
      201,
      { email: 'galina@example.com', role: 'manager', extension: { number: '103', name: 'Vera' } },
    ]);
    expect(made.body).not.toHaveProperty('password');
    const { token } = (await api.signIn(NEW.email, NEW.password)).body;
    const asHer = (path: string) =>
      api.fetch('GET', `/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect((await asHer('/trunks')).status).toBe(403);
    const changed = await api.as(ADMIN, 'PATCH', `/people/${made.body.id}`, {
      role: 'supervisor',
      extension: null,
    });
    expect(changed.body).toMatchObject({ role: 'supervisor', extension: null });
    expect((await asHer('/trunks')).status).toBe(200);
    await api.as(ADMIN, 'PATCH', `/people/${made.body.id}`, { password: 'quite another one' });
    expect((await asHer('/trunks')).status).toBe(401);
    expect((await api.as(ADMIN, 'DELETE', `/people/${made.body.id}`)).status).toBe(204);
    expect((await api.signIn(NEW.email, 'quite another one')).status).toBe(401);
    const entries = (await api.entries('provisioning.changed')).filter(
      ({ payload }) => payload['id'] === made.body.id,
    );
    expect(entries.map(({ payload }) => [payload['action'], payload['fields']])).toEqual([
      ['created', expect.objectContaining({ email: 'galina@example.com', role: 'manager' })],
      ['changed', { role: 'supervisor', extensionId: null }],
      ['changed', { password: 'set' }],
      ['removed', { email: 'galina@example.com', role: 'supervisor' }],
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/of hers|another one/);
  });

  test('an address has one account, and an extension must be there', async () => {
    const twin = await api.as(ADMIN, 'POST', '/people', { ...NEW, email: 'manager1@example.com' });
    expect([twin.status, twin.body.errors]).toEqual([
      409,
      [{ field: 'email', message: 'has an account already' }],
    ]);
    const nowhere = await api.as(ADMIN, 'POST', '/people', { ...NEW, extension: '999' });
    expect([nowhere.status, nowhere.body.errors[0].field]).toEqual([400, 'extension']);
    const short = await api.as(ADMIN, 'POST', '/people', { ...NEW, password: 'short' });
    expect([short.status, short.body.errors[0].field]).toEqual([400, 'password']);
  });

  test('the last administrator stays one', async () => {
    const me = (await api.as(ADMIN, 'GET', '/me')).body;
    expect((await api.as(ADMIN, 'PATCH', `/people/${me.id}`, { role: 'manager' })).status).toBe(409);
    expect((await api.as(ADMIN, 'DELETE', `/people/${me.id}`)).status).toBe(409);
    await api.as(ADMIN, 'POST', '/people', { ...NEW, role: 'admin' });
    expect((await api.as(ADMIN, 'DELETE', `/people/${me.id}`)).status).toBe(204);
  });

  test('are listed by address, to administrators alone', async () => {
    const first = await api.as(ADMIN, 'GET', '/people?limit=2');
    const rest = await api.as(ADMIN, 'GET', `/people?cursor=${first.body.nextCursor}`);
    expect([...first.body.items, ...rest.body.items].map(({ email }: { email: string }) => email)).toEqual([
      'admin@example.com',
      'manager1@example.com',
      'manager2@example.com',
      'manager3@example.com',
      'supervisor@example.com',
    ]);
    expect((await api.as('supervisor@example.com', 'GET', '/people')).status).toBe(403);
  });

  test('change their own password, which ends their other sign-ins', async () => {
    const who = 'manager1@example.com';
    const other = (await api.signIn(who, PASSWORDS[who])).body.token;
    const change = (current: string) =>
      api.as(who, 'POST', '/me/password', { current, password: 'a better one than that' });
    expect((await change('not it at all')).status).toBe(403);
    expect((await change(PASSWORDS[who])).status).toBe(204);
    expect((await api.as(who, 'GET', '/me')).status).toBe(200);
    const elsewhere = await api.fetch('GET', '/api/v1/me', { headers: { authorization: `Bearer ${other}` } });
    expect(elsewhere.status).toBe(401);
    expect((await api.signIn(who, 'a better one than that')).status).toBe(200);
  });
});
