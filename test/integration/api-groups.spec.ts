import { ClientDirectory } from '../../src/clients/client-directory.js';
import { newId } from '../../src/common/ids.js';
import { Database } from '../../src/database/database.js';
import { Api, type Who } from '../support/api.js';
import { RawRecordings, stereoWav } from '../support/recordings.js';

const ADMIN = 'admin@example.com';
const SUPERVISOR = 'supervisor@example.com';
const OFFICE_NUMBER = '+74950000200';
const DAY = 'from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z';

/** Two groups: sales (101, 102) answers the first number, the back office (103) the second. */
describe('a supervisor set over groups', () => {
  let api: Api;
  let backOffice: string;
  let supervisorId: string;
  const clients: Record<'ofSales' | 'ofOffice' | 'ofBoth' | 'unanswered', string> = {
    ofSales: '',
    ofOffice: '',
    ofBoth: '',
    unanswered: '',
  };
  const calls = { ...clients };
  const recordings = { ofSales: '', ofOffice: '' };
  const followUps = { ofSales: '', ofOffice: '', nobodysOfSales: '', nobodysOfOffice: '' };

  const post = async (path: string, body: object): Promise<string> => {
    const answer = await api.as(ADMIN, 'POST', path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  };
  const supervises = async (ids: string[], extension: string | null = null) => {
    const { status } = await api.as(ADMIN, 'PATCH', `/people/${supervisorId}`, {
      supervises: ids,
      extension,
    });
    expect(status).toBe(200);
  };
  const followUp = async (clientId: string, callId: string, owner: string | null): Promise<string> => {
    const id = newId();
    await api.sql.query(
      `INSERT INTO follow_up (id, company_id, client_id, owner_extension_id, opened_at, first_call_id, last_call_id)
       VALUES ($1, $2, $3, $4, now(), $5, $5)`,
      [id, api.companyId, clientId, owner && api.extensionId(owner), callId],
    );
    return id;
  };
  const ids = async (path: string, who: Who = SUPERVISOR): Promise<string[]> =>
    (await api.as(who, 'GET', path)).body.items.map(({ id }: { id: string }) => id).sort();
  const status = async (path: string, method = 'GET', body?: object) =>
    (await api.as(SUPERVISOR, method, path, body)).status;

  beforeAll(async () => {
    api = await Api.start();
    const raw = new RawRecordings(api);
    backOffice = await post('/ring-groups', { name: 'back office', memberIds: [api.extensionId('103')] });
    await post('/company-numbers', { number: OFFICE_NUMBER, name: 'Office', groupId: backOffice });
    const groups: { id: string; name: string }[] = (await api.as(ADMIN, 'GET', '/ring-groups')).body.items;
    const sales = groups.find(({ name }) => name === 'sales')!;
    await api.as(ADMIN, 'PATCH', `/ring-groups/${sales.id}`, {
      memberIds: [api.extensionId('101'), api.extensionId('102')],
    });
    const people = (await api.as(ADMIN, 'GET', '/people')).body.items;
    supervisorId = people.find(({ email }: { email: string }) => email === SUPERVISOR).id;

    for (const [at, name] of Object.keys(clients).entries()) {
      clients[name as keyof typeof clients] = await api.client(`7100${at}`, name);
    }
    const made = async (name: keyof typeof clients, call: Parameters<Api['call']>[0]) =>
      (calls[name] = await api.call({ clientId: clients[name], at: '2026-03-02T08:00:00Z', ...call }));
    await made('ofSales', { manager: '101', rung: ['101', '102'] });
    await made('ofOffice', { manager: '103', rung: ['103'], companyNumber: OFFICE_NUMBER });
    await made('ofBoth', { outcome: 'missed', rung: ['101', '103'] });
    await made('unanswered', { outcome: 'abandoned', companyNumber: OFFICE_NUMBER });
    for (const name of ['ofSales', 'ofOffice'] as const) {
      recordings[name] = await raw.stored({ callId: calls[name], segments: [stereoWav(1000, 440, 660)] });
    }
    followUps.ofSales = await followUp(clients.ofSales, calls.ofSales, '101');
    followUps.ofOffice = await followUp(clients.ofOffice, calls.ofOffice, '103');
    followUps.nobodysOfOffice = await followUp(clients.unanswered, calls.unanswered, null);
    const stranger = await api.client('71009');
    const lost = await api.call({ clientId: stranger, outcome: 'missed', at: '2026-03-01T08:00:00Z' });
    followUps.nobodysOfSales = await followUp(stranger, lost, null);
  }, 60_000);
  afterAll(() => api.close());
  beforeEach(() => supervises([backOffice]));

  test('sees the calls in which a phone of them rang, and those to their numbers, and no others', async () => {
    expect(await ids('/calls')).toEqual([calls.ofOffice, calls.ofBoth, calls.unanswered].sort());
    expect(await status(`/calls/${calls.ofBoth}`)).toBe(200);
    expect(await status(`/calls/${calls.ofSales}`)).toBe(404);
  });

  test('sees the clients of those calls, whom he alone may change, note about and be shown the number of', async () => {
    const { ofOffice, ofBoth, unanswered, ofSales } = clients;
    expect(await ids('/clients')).toEqual([ofOffice, ofBoth, unanswered].sort());
    expect(await status(`/clients/${ofSales}`)).toBe(404);
    expect(await status(`/clients/${ofSales}`, 'PATCH', { name: 'mine now' })).toBe(404);
    expect(await status(`/clients/${ofSales}/notes`)).toBe(404);
    const reason = { reason: 'a courier must call him' };
    expect(await status(`/clients/${ofSales}/reveal`, 'POST', reason)).toBe(404);
    expect(await api.entries('number.revealed')).toEqual([]);
    expect(await status(`/clients/${ofOffice}`, 'PATCH', { name: 'of the office' })).toBe(200);
  });

  test('finds and plays the recordings of those calls alone', async () => {
    expect(await ids('/recordings')).toEqual([recordings.ofOffice]);
    expect(await status(`/recordings/${recordings.ofOffice}/audio`)).toBe(200);
    for (const part of ['', '/audio', '/audio?download=1', '/peaks', '/notes']) {
      expect(await status(`/recordings/${recordings.ofSales}${part}`)).toBe(404);
    }
  });

  test('sees what they owe, and what nobody owns of calls to them', async () => {
    expect(await ids('/follow-ups')).toEqual([followUps.ofOffice, followUps.nobodysOfOffice].sort());
    const reason = { reason: 'he has called again himself' };
    expect(await status(`/follow-ups/${followUps.ofSales}/close`, 'POST', reason)).toBe(404);
    expect(await status(`/follow-ups/${followUps.nobodysOfSales}`)).toBe(404);
  });

  test('has figures of those calls and of their members, as many as his list shows', async () => {
    const { body } = await api.as(SUPERVISOR, 'GET', `/figures?${DAY}`);
    expect(body.total).toMatchObject({ answered: 1, missed: 1, abandoned: 1, inbound: 3 });
    expect(body.slots[8]).toMatchObject({ answered: 1, missed: 1, abandoned: 1 });
    expect(body.managers).toEqual([
      { extension: { number: '103', name: 'Vera' }, answered: 1, reached: 0, missed: 1, talkedMs: 17_000 },
    ]);
    expect((await ids(`/calls?${DAY}`)).length).toBe(3);
  });

  test('is told at night of their calls without a file, and of no file that is nobody’s', async () => {
    const found = {
      callsWithoutFile: (['ofSales', 'ofOffice'] as const).map((name) => ({
        callId: calls[name],
        recordingId: recordings[name],
        startedAt: '2026-03-02T08:00:00.000Z',
      })),
      filesWithoutCall: [{ path: 'x', sizeBytes: 1, changedAt: '2026-03-02T08:00:00.000Z' }],
      truncated: false,
    };
    await api.sql.query(
      `INSERT INTO recording_reconciliation (company_id, at, found) VALUES ($1, now(), $2)
       ON CONFLICT (company_id) DO UPDATE SET found = excluded.found`,
      [api.companyId, JSON.stringify(found)],
    );
    const { body } = await api.as(SUPERVISOR, 'GET', '/recordings/reconciliation');
    expect(body).toMatchObject({ callsWithoutFile: [{ callId: calls.ofOffice }], filesWithoutCall: [] });
    expect((await api.as(ADMIN, 'GET', '/recordings/reconciliation')).body).toMatchObject(found);
  });

  test('sees his own calls too', async () => {
    await supervises([backOffice], '102');
    expect(await ids('/calls')).toEqual(Object.values(calls).sort());
    await supervises([backOffice]);
    expect(await ids('/calls')).not.toContain(calls.ofSales);
  });

  test('calls the clients he sees from his own phone, and no others', async () => {
    const reachable = (code: string) =>
      api.app
        .get(Database)
        .transaction(api.companyId, (tx) =>
          api.app.get(ClientDirectory).reachable(tx, api.companyId, code, api.extensionId('102')),
        );
    // 102 is his: a manager's own calls are as they were, and the group's clients come on top.
    await supervises([backOffice], '102');
    expect(await reachable('71001')).toMatchObject({ id: clients.ofOffice });
    await api.as(ADMIN, 'PATCH', `/ring-groups/${backOffice}`, { memberIds: [] });
    await supervises([backOffice], '102');
    expect(await reachable('71001')).toMatchObject({ id: clients.ofOffice }); // by the number he called
    await api.sql.query(`UPDATE call SET company_number = '+74950000100' WHERE id = $1`, [calls.ofOffice]);
    expect(await reachable('71001')).toBeUndefined();
    await supervises([], '102');
    expect(await reachable('71001')).toMatchObject({ id: clients.ofOffice });
    await api.sql.query(`UPDATE call SET company_number = $2 WHERE id = $1`, [calls.ofOffice, OFFICE_NUMBER]);
    await api.as(ADMIN, 'PATCH', `/ring-groups/${backOffice}`, { memberIds: [api.extensionId('103')] });
  });

  test('is told by the parties kept beside each call: its legs’, its talks’, its manager, its number', async () => {
    const passedOn = calls.ofSales;
    await api.sql.query(
      `INSERT INTO talk (id, company_id, call_id, extension_id, started_at) VALUES ($1, $2, $3, $4, now())`,
      [newId(), api.companyId, passedOn, api.extensionId('103')],
    );
    expect(await ids('/calls')).toContain(passedOn);
    const parties = `SELECT call_id, extension_id FROM call_leg WHERE extension_id IS NOT NULL
      UNION SELECT call_id, extension_id FROM talk WHERE extension_id IS NOT NULL
      UNION SELECT id, manager_extension_id FROM call WHERE manager_extension_id IS NOT NULL
      UNION SELECT id, md5(company_number)::uuid FROM call WHERE company_number IS NOT NULL`;
    const kept = 'SELECT call_id, party_id FROM call_party';
    const strays = await api.sql.query(`(${parties} EXCEPT ${kept}) UNION ALL (${kept} EXCEPT (${parties}))`);
    expect(strays).toEqual([]);
  });

  test('and no more of groups sees the whole company again', async () => {
    await supervises([]);
    expect(await ids('/calls')).toEqual(await ids('/calls', ADMIN));
    expect(await ids('/clients')).toEqual(await ids('/clients', ADMIN));
    expect(await ids('/recordings')).toEqual(await ids('/recordings', ADMIN));
    expect(await ids('/follow-ups')).toEqual(Object.values(followUps).sort());
  });
});
