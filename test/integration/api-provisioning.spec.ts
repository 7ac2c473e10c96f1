import { Sealer } from '../../src/common/sealer.js';
import { Api } from '../support/api.js';
import { testDatabase } from '../support/database.js';
import { until } from '../support/until.js';

const ADMIN = 'admin@example.com';

describe('what administrators set up', () => {
  let api: Api;
  beforeAll(async () => {
    api = await Api.start();
  }, 60_000);
  afterAll(() => api.close());

  const secretsIn = async (...secrets: string[]): Promise<string[]> => {
    const rows = await api.sql.query<{ text: string }>('SELECT payload::text AS text FROM ledger_entry');
    return secrets.filter((secret) => rows.some(({ text }) => text.includes(secret)));
  };

  test('the demo’s numbers, groups, phones and trunk are in the snapshot, with opened secrets', () => {
    const { snapshot } = api.provisioning;
    expect(snapshot.companyNumbers.get('+74950000100')).toMatchObject({ name: 'Main number' });
    const group = snapshot.groups.get(snapshot.companyNumbers.get('+74950000100')?.groupId ?? '');
    expect(group).toMatchObject({ name: 'sales', strategy: 'all', ringTimeoutMs: 20_000 });
    expect(group?.memberIds.map((id) => snapshot.extensions.get(id)?.sipPassword)).toEqual([
      'secret101',
      'secret102',
      'secret103',
    ]);
    expect([...snapshot.trunks.values()]).toEqual([
      expect.objectContaining({ name: 'carrier', kind: 'address', sourceAddresses: ['127.0.0.1'] }),
    ]);
    expect(() => Object.assign(group as object, { name: 'other' })).toThrow(TypeError);
  });

  test('an extension’s SIP password is shown once, kept sealed, and in no entry', async () => {
    const { status, body } = await api.as(ADMIN, 'POST', '/extensions', { number: '110', name: 'Galina' });
    expect(status).toBe(201);
    const shown = {
      number: '110',
      name: 'Galina',
      maxDevices: 5,
      mobile: null,
      mobileMode: 'with',
      mobileDelayS: 0,
      dialsNumbers: false,
      language: null,
    };
    expect(body).toEqual({
      ...shown,
      id: expect.any(String),
      sipPassword: expect.stringMatching(/^\w{24}$/),
    });
    expect(api.provisioning.snapshot.extensionByNumber(api.companyId, '110')?.sipPassword).toBe(
      body.sipPassword,
    );
    const again = await api.as(ADMIN, 'GET', `/extensions/${body.id}`);
    expect(again.body).toEqual({ ...shown, id: body.id });
    const renewed = await api.as(ADMIN, 'POST', `/extensions/${body.id}/sip-password`);
    expect(renewed.body.sipPassword).not.toBe(body.sipPassword);
    expect(api.provisioning.snapshot.extensions.get(body.id)?.sipPassword).toBe(renewed.body.sipPassword);
    const [row] = await api.sql.query<{ sip_password_sealed: Buffer }>(
      'SELECT sip_password_sealed FROM extension WHERE id = $1',
      [body.id],
    );
    expect(row?.sip_password_sealed.includes(renewed.body.sipPassword)).toBe(false);
    expect(() =>
      api.app.get(Sealer).open(row?.sip_password_sealed as Buffer, 'extension:other:sip-password'),
    ).toThrow();
    expect(await secretsIn(body.sipPassword, renewed.body.sipPassword, 'secret101', 'manager1-demo')).toEqual(
      [],
    );
  });

  test('a mobile is kept sealed, shown by its last digits, one extension’s alone, and in no entry', async () => {
    const mobile = '+79169990011';
    const patch = (number: string, fields: object) =>
      api.as(ADMIN, 'PATCH', `/extensions/${api.extensionId(number)}`, fields);
    const { body } = await patch('101', { mobile, mobileMode: 'after', mobileDelayS: 7 });
    expect(body).toMatchObject({ mobile: '+…11', mobileMode: 'after', mobileDelayS: 7 });
    const known = api.provisioning.snapshot.extensionByNumber(api.companyId, '101')?.mobile;
    expect(known?.number.reveal()).toBe(mobile);
    const twin = await patch('102', { mobile });
    expect([twin.status, twin.body.errors]).toEqual([
      409,
      [{ field: 'mobile', message: 'is another extension’s mobile' }],
    ]);
    expect((await patch('102', { mobile: '+…11' })).status).toBe(400);
    // It goes over to a colleague: the row, to which proxy numbers are bound, stays.
    await patch('101', { mobile: null });
    await patch('102', { mobile });
    expect(api.provisioning.snapshot.extensionByNumber(api.companyId, '102')?.mobile?.id).toBe(known?.id);
    const [row] = await api.sql.query<{ text: string }>('SELECT mobile::text AS text FROM mobile');
    expect(row?.text).not.toContain('9169990011');
    expect(await secretsIn('9169990011')).toEqual([]);
    await patch('102', { mobile: null });
  });

  test('the PIN of callbacks is written and never read; times and time zones are checked', async () => {
    const patch = (fields: object) => api.as(ADMIN, 'PATCH', '/company', fields);
    expect((await patch({ callbackPin: '80901234' })).body).toMatchObject({ hasCallbackPin: true });
    expect(JSON.stringify((await api.as(ADMIN, 'GET', '/company')).body)).not.toContain('80901234');
    expect(api.provisioning.snapshot.companies.get(api.companyId)?.callbackPin).toBe('80901234');
    expect((await patch({ callbackPin: null })).body).toMatchObject({ hasCallbackPin: false });
    const wrong = { callbackPin: '12', timeZone: 'Moscow', proxyFreshDays: 0, stickyMinutes: -1 };
    const refused = await patch(wrong);
    expect(refused.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(
      Object.keys(wrong).sort(),
    );
    expect((await patch({ timeZone: 'Europe/Moscow', stickyMinutes: 0 })).status).toBe(200);
    expect(await secretsIn('80901234')).toEqual([]);
  });

  test('each change is an entry of the ledger that says who', async () => {
    const me = (await api.as(ADMIN, 'GET', '/me')).body;
    const { body } = await api.as(ADMIN, 'POST', '/ring-groups', { name: 'support' });
    await api.as(ADMIN, 'PATCH', `/ring-groups/${body.id}`, { ringTimeoutS: 15 });
    await api.as(ADMIN, 'DELETE', `/ring-groups/${body.id}`);
    const entries = (await api.entries('provisioning.changed')).filter(
      ({ payload }) => payload['id'] === body.id,
    );
    expect(entries.map(({ actor }) => actor)).toEqual(Array(3).fill(`user:${me.id}`));
    expect(entries.map(({ payload }) => payload)).toMatchObject([
      { what: 'ring group', action: 'created', fields: { name: 'support' } },
      { what: 'ring group', action: 'changed', fields: { ringTimeoutS: 15 } },
      { what: 'ring group', action: 'removed' },
    ]);
  });

  test('ring groups keep the order of their members, and overflow in no circle', async () => {
    const members = ['103', '101'].map((number) => api.extensionId(number));
    const create = (body: object) => api.as(ADMIN, 'POST', '/ring-groups', body);
    const night = (await create({ name: 'night', strategy: 'in_turn', memberIds: members })).body;
    expect(api.provisioning.snapshot.groups.get(night.id)?.memberIds).toEqual(members);
    const day = (await create({ name: 'day', overflowGroupId: night.id })).body;
    const circle = await api.as(ADMIN, 'PATCH', `/ring-groups/${night.id}`, { overflowGroupId: day.id });
    expect([circle.status, circle.body.errors[0].field]).toEqual([400, 'overflowGroupId']);
    const changed = await api.as(ADMIN, 'PATCH', `/ring-groups/${night.id}`, {
      memberIds: members.toReversed(),
    });
    expect(changed.body).toMatchObject({ strategy: 'in_turn', memberIds: members.toReversed() });
  });

  test('two of what there is one of are a conflict that names the field', async () => {
    const twin = await api.as(ADMIN, 'POST', '/extensions', { number: '101', name: 'Anna again' });
    expect([twin.status, twin.body.errors]).toEqual([
      409,
      [{ field: 'number', message: 'is another extension’s number' }],
    ]);
    const number = await api.as(ADMIN, 'POST', '/company-numbers', { number: '+74950000100', name: 'Again' });
    expect(number.status).toBe(409);
  });

  test('company numbers lead to groups of the company', async () => {
    const [group] = (await api.as(ADMIN, 'GET', '/ring-groups?limit=1')).body.items;
    const made = await api.as(ADMIN, 'POST', '/company-numbers', {
      number: '+74950000101',
      name: 'Second',
      groupId: group.id,
    });
    expect(made.body).toMatchObject({
      number: '+74950000101',
      groupId: group.id,
      greeting: null,
      isProxy: false,
    });
    expect(api.provisioning.snapshot.companyNumbers.get('+74950000101')?.id).toBe(made.body.id);
    const nowhere = await api.as(ADMIN, 'PATCH', `/company-numbers/${made.body.id}`, {
      groupId: made.body.id,
    });
    expect([nowhere.status, nowhere.body.errors[0].field]).toEqual([400, 'groupId']);
    const climbing = await api.as(ADMIN, 'PATCH', `/company-numbers/${made.body.id}`, {
      greeting: '../../etc/passwd',
    });
    expect(climbing.status).toBe(400);
    expect((await api.as(ADMIN, 'DELETE', `/company-numbers/${made.body.id}`)).status).toBe(204);
    expect((await api.as(ADMIN, 'DELETE', `/company-numbers/${made.body.id}`)).status).toBe(404);
    expect(api.provisioning.snapshot.companyNumbers.has('+74950000101')).toBe(false);
  });

  test('a trunk’s password is written and never read', async () => {
    const fields = { name: 'sipnet', kind: 'registration', host: 'sip.example.com', username: 'user' };
    const without = await api.as(ADMIN, 'POST', '/trunks', fields);
    expect([without.status, without.body.errors[0].field]).toEqual([400, 'username']);
    const made = await api.as(ADMIN, 'POST', '/trunks', { ...fields, password: 'carrier-secret-1' });
    expect(made.body).toMatchObject({ hasPassword: true, port: 5060, transport: 'udp', enabled: true });
    expect(JSON.stringify(made.body)).not.toContain('carrier-secret');
    expect(api.provisioning.snapshot.trunks.get(made.body.id)?.password).toBe('carrier-secret-1');
    await api.as(ADMIN, 'PATCH', `/trunks/${made.body.id}`, { password: 'carrier-secret-2' });
    expect(api.provisioning.snapshot.trunks.get(made.body.id)?.password).toBe('carrier-secret-2');
    const bare = await api.as(ADMIN, 'PATCH', `/trunks/${made.body.id}`, { password: null });
    expect(bare.status).toBe(400);
    const address = await api.as(ADMIN, 'PATCH', `/trunks/${made.body.id}`, {
      kind: 'address',
      sourceAddresses: ['192.0.2.0/24', '2001:db8::1'],
      password: null,
    });
    expect(address.body).toMatchObject({
      hasPassword: false,
      sourceAddresses: ['192.0.2.0/24', '2001:db8::1'],
    });
    expect(await secretsIn('carrier-secret-1', 'carrier-secret-2')).toEqual([]);
  });

  test('lists page by number and by name', async () => {
    const first = await api.as(ADMIN, 'GET', '/extensions?limit=2');
    expect(first.body.items.map(({ number }: { number: string }) => number)).toEqual(['101', '102']);
    const second = await api.as(ADMIN, 'GET', `/extensions?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.items[0].number).toBe('103');
  });

  test('supervisors read it, managers do not, and administrators alone change it', async () => {
    expect((await api.as('supervisor@example.com', 'GET', '/trunks')).status).toBe(200);
    expect((await api.as('manager1@example.com', 'GET', '/trunks')).status).toBe(403);
    expect((await api.as('supervisor@example.com', 'POST', '/ring-groups', { name: 'x' })).status).toBe(403);
  });

  test('a second control plane hears of a change', async () => {
    const second = await Api.start({}, api.sql);
    try {
      expect(second.started).toEqual({ adminEmail: ADMIN, seeded: false });
      const { body } = await api.as(ADMIN, 'POST', '/extensions', { number: '120', name: 'Dmitri' });
      await until('the other snapshot has it', () => second.provisioning.snapshot.extensions.has(body.id));
      await api.sql.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'linekeeper changes' AND datname = current_database()`,
      );
      await api.as(ADMIN, 'DELETE', `/extensions/${body.id}`);
      await until(
        'it hears again after its connection was cut',
        () => !second.provisioning.snapshot.extensions.has(body.id),
      );
    } finally {
      await second.close();
    }
  });
});

describe('the first start', () => {
  test('without a seed sets up a company and an administrator, whose password is told once', async () => {
    const sql = await testDatabase();
    const first = await Api.start({ SEED: 'none', ADMIN_PASSWORD: '', LISTEN_IP: '192.0.2.1' }, sql);
    const { generatedPassword } = first.started;
    expect(first.started).toMatchObject({ adminEmail: ADMIN, seeded: false });
    expect(first.provisioning.snapshot.extensions.size).toBe(0);
    expect((await first.signIn(ADMIN, generatedPassword as string)).status).toBe(200);
    await first.close();
    const second = await Api.start({ SEED: 'none', ADMIN_PASSWORD: '' }, sql);
    expect(second.started).toEqual({ adminEmail: ADMIN, seeded: false });
    await second.close();
    const third = await Api.start({ SEED: 'none', ADMIN_PASSWORD: 'a new long password' }, sql);
    expect((await third.signIn(ADMIN, generatedPassword as string)).status).toBe(401);
    expect((await third.signIn(ADMIN, 'a new long password')).status).toBe(200);
    await third.close();
    await sql.drop();
  }, 60_000);

  test('refuses the demo’s passwords on a network, in one line', async () => {
    await expect(Api.start({ LISTEN_IP: '0.0.0.0' })).rejects.toMatchObject({
      mistakes: [expect.stringMatching(/^LISTEN_IP 0\.0\.0\.0 .*SEED=none/)],
    });
  }, 60_000);

  test('refuses them also when they come from an earlier start', async () => {
    const sql = await testDatabase();
    await (await Api.start({}, sql)).close();
    await expect(Api.start({ LISTEN_IP: '0.0.0.0', SEED: 'none' }, sql)).rejects.toMatchObject({
      mistakes: [
        expect.stringMatching(/extension 101, extension 102, .*manager3@example\.com still have their demo/),
      ],
    });
    await sql.drop();
  }, 60_000);

  test('by two control planes at once sets up one company', async () => {
    const sql = await testDatabase();
    await (await Api.start({ SEED: 'none' }, sql)).close();
    await sql.query('TRUNCATE user_account CASCADE');
    const both = await Promise.all([Api.start({}, sql), Api.start({}, sql)]);
    expect(await sql.query('SELECT count(*)::int AS count FROM user_account')).toEqual([{ count: 1 }]);
    await Promise.all(both.map((one) => one.close()));
    await sql.drop();
  }, 60_000);
});
