import { newId } from '../../src/common/ids.js';
import { Api, type Who } from '../support/api.js';

const CANARY = '+79161234567';

describe('calls, clients and follow-ups', () => {
  let api: Api;
  let petrov: string;
  let sidorov: string;
  let calls: Record<'answeredBy101' | 'missedByAll' | 'answeredBy103', string>;

  beforeAll(async () => {
    api = await Api.start();
    petrov = await api.client('12345', 'Petrov');
    sidorov = await api.client('23456');
    calls = {
      answeredBy101: await api.call({
        clientId: petrov,
        at: '2026-05-01T10:00:00.000Z',
        manager: '101',
        rung: ['101', '102'],
      }),
      missedByAll: await api.call({
        clientId: petrov,
        at: '2026-05-02T10:00:00.000Z',
        outcome: 'missed',
        rung: ['101', '102'],
      }),
      answeredBy103: await api.call({
        clientId: sidorov,
        at: '2026-05-03T10:00:00.000Z',
        manager: '103',
        rung: ['103'],
      }),
    };
  }, 60_000);
  afterAll(() => api.close());

  const ids = async (who: Who, path: string): Promise<string[]> =>
    (await api.as(who, 'GET', path)).body.items.map(({ id }: { id: string }) => id);

  test('a call answers with its times, outcome, ending, client and manager', async () => {
    const { body } = await api.as('supervisor@example.com', 'GET', `/calls/${calls.answeredBy101}`);
    expect(body).toEqual({
      id: calls.answeredBy101,
      direction: 'inbound',
      companyNumber: '+74950000100',
      callerKind: 'number',
      client: { id: petrov, code: '12345', name: 'Petrov' },
      startedAt: '2026-05-01T10:00:00.000Z',
      answeredAt: '2026-05-01T10:00:03.000Z',
      endedAt: '2026-05-01T10:00:20.000Z',
      outcome: 'answered',
      ending: 'client-hung-up',
      endedBy: 'client',
      cause: 16,
      sipStatus: 200,
      manager: { number: '101', name: 'Anna' },
      colleague: null,
      recordingId: null,
      legs: [
        expect.objectContaining({ extension: { number: '101', name: 'Anna' }, sipStatus: 487, cause: 26 }),
        expect.objectContaining({ extension: { number: '102', name: 'Boris' } }),
      ],
      talks: [],
    });
  });

  test.each([
    ['', ['answeredBy103', 'missedByAll', 'answeredBy101']],
    ['?outcome=missed', ['missedByAll']],
    ['?from=2026-05-02T10:00:00Z', ['answeredBy103', 'missedByAll']],
    ['?to=2026-05-02T13:00:00%2B03:00', ['answeredBy101']],
    ['?manager=103', ['answeredBy103']],
    ['?clientCode=12345&direction=inbound', ['missedByAll', 'answeredBy101']],
    ['?direction=outbound', []],
  ] as const)('calls%s lists the newest first', async (query, wanted) => {
    expect(await ids('admin@example.com', `/calls${query}`)).toEqual(wanted.map((name) => calls[name]));
  });

  test('a manager sees the calls his extension was rung or talked in, and nothing of the others', async () => {
    expect(await ids('manager1@example.com', '/calls')).toEqual([calls.missedByAll, calls.answeredBy101]);
    expect(await ids('manager2@example.com', '/calls')).toEqual([calls.missedByAll, calls.answeredBy101]);
    expect((await api.as('manager1@example.com', 'GET', `/calls/${calls.answeredBy103}`)).status).toBe(404);
    expect(await ids('manager1@example.com', '/clients')).toEqual([petrov]);
    expect((await api.as('manager1@example.com', 'GET', `/clients/${sidorov}`)).status).toBe(404);
  });

  test('another company’s rows are not there', async () => {
    const other = newId();
    await api.sql.query(`INSERT INTO company (id, name, country) VALUES ($1, 'Other', 'RU')`, [other]);
    const call = await api.call({ companyId: other });
    expect((await api.as('admin@example.com', 'GET', `/calls/${call}`)).status).toBe(404);
    expect(await ids('admin@example.com', '/calls')).not.toContain(call);
  });

  test('pages neither repeat nor leave out a call while new ones come in', async () => {
    const day = '2026-04-01T00:00:00.000Z';
    const old = [];
    for (let count = 0; count < 7; count++) old.push(await api.call({ at: day }));
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 4; pages++) {
      const { body } = await api.as(
        'admin@example.com',
        'GET',
        `/calls?limit=2&to=2026-04-02T00:00:00Z${cursor}`,
      );
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      await api.call({ at: '2026-04-01T12:00:00.000Z' });
      expect(body.nextCursor === null).toBe(pages === 3);
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(seen).toEqual([...old].sort().reverse());
  });

  test('a supervisor names a client and gives him a manager; the ledger says who', async () => {
    const change = { name: 'Sidorov & Sons', assignedExtension: '102' };
    const { body } = await api.as('supervisor@example.com', 'PATCH', `/clients/${sidorov}`, change);
    expect(body).toMatchObject({
      name: 'Sidorov & Sons',
      assignedExtension: { number: '102', name: 'Boris' },
    });
    const supervisor = (await api.as('supervisor@example.com', 'GET', '/me')).body;
    expect((await api.entries('client.changed')).at(-1)).toMatchObject({
      actor: `user:${supervisor.id}`,
      payload: change,
    });
    expect(await ids('manager2@example.com', '/clients')).toContain(sidorov);
    const alone = await api.as('supervisor@example.com', 'PATCH', `/clients/${sidorov}`, {
      assignedExtension: null,
    });
    expect(alone.body).toMatchObject({ name: 'Sidorov & Sons', assignedExtension: null });
  });

  test.each([
    [{ assignedExtension: '999' }, 'assignedExtension'],
    [{ name: 'Ivan 8 (916) 123-45-67' }, 'name'],
    [{}, ''],
  ])('a client is not changed to %j', async (change, field) => {
    const { status, body } = await api.as('supervisor@example.com', 'PATCH', `/clients/${petrov}`, change);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });

  test('a manager changes no client', async () => {
    expect(
      (await api.as('manager1@example.com', 'PATCH', `/clients/${petrov}`, { name: 'Mine' })).status,
    ).toBe(403);
  });

  describe('follow-ups', () => {
    const followUp = async (clientId: string, owner: string | null): Promise<string> => {
      const id = newId();
      await api.sql.query(
        `INSERT INTO follow_up (id, company_id, client_id, owner_extension_id, opened_at, first_call_id, last_call_id)
         VALUES ($1, $2, $3, $4, now(), $5, $5)`,
        [id, api.companyId, clientId, owner && api.extensionId(owner), calls.missedByAll],
      );
      return id;
    };

    test('a manager sees his own and everybody’s; only a supervisor closes, once, with a reason', async () => {
      const mine = await followUp(petrov, '101');
      const everybodys = await followUp(sidorov, null);
      const others = await followUp(await api.client('34567'), '102');
      expect(await ids('manager1@example.com', '/follow-ups')).toEqual([everybodys, mine]);
      expect(await ids('supervisor@example.com', '/follow-ups')).toEqual([others, everybodys, mine]);
      const longest = await api.as('supervisor@example.com', 'GET', '/follow-ups?order=oldest&limit=2');
      const rest = `/follow-ups?order=oldest&cursor=${longest.body.nextCursor}`;
      expect(longest.body.items.map(({ id }: { id: string }) => id)).toEqual([mine, everybodys]);
      expect(await ids('supervisor@example.com', rest)).toEqual([others]);
      const close = (who: Who, body: object) => api.as(who, 'POST', `/follow-ups/${mine}/close`, body);
      expect((await close('manager1@example.com', { reason: 'done, really' })).status).toBe(403);
      expect((await close('supervisor@example.com', {})).status).toBe(400);
      expect((await close('supervisor@example.com', { reason: '  ' })).status).toBe(400);
      const closed = await close('supervisor@example.com', { reason: 'the client wrote by mail' });
      expect(closed.body).toMatchObject({
        closedAt: expect.any(String),
        closedByCallId: null,
        closingReason: 'the client wrote by mail',
        client: { code: '12345' },
        owner: { number: '101' },
      });
      expect((await close('supervisor@example.com', { reason: 'once more' })).status).toBe(409);
      expect(await ids('manager1@example.com', '/follow-ups?state=closed')).toEqual([mine]);
      expect(await api.entries('follow-up.closed')).toEqual([
        expect.objectContaining({ payload: { followUpId: mine, reason: 'the client wrote by mail' } }),
      ]);
    });
  });

  test('the ledger is an administrator’s to read, page by page, with its hashes', async () => {
    expect((await api.as('supervisor@example.com', 'GET', '/ledger')).status).toBe(403);
    const first = await api.as('admin@example.com', 'GET', '/ledger?order=oldest&limit=2');
    const second = await api.as(
      'admin@example.com',
      'GET',
      `/ledger?order=oldest&limit=2&cursor=${first.body.nextCursor}`,
    );
    expect([...first.body.items, ...second.body.items].map(({ seq }: { seq: number }) => seq)).toEqual([
      0, 1, 2, 3,
    ]);
    expect(first.body.items[0]).toMatchObject({
      kind: 'provisioning.changed',
      actor: 'system',
      at: expect.stringMatching(/Z$/),
      leafHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      rootHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const signIns = await api.as('admin@example.com', 'GET', '/ledger?kind=person.signed-in&limit=1');
    expect(signIns.body.items[0]).toMatchObject({ kind: 'person.signed-in' });
  });

  test('no answer to anybody carries a client’s number', async () => {
    const id = await api.client('45678', 'Canary');
    await api.sql.query('UPDATE client SET number_hash = $2, number_sealed = $3 WHERE id = $1', [
      id,
      Buffer.from(CANARY),
      Buffer.from(`sealed ${CANARY}`),
    ]);
    await api.call({ clientId: id, manager: '101', rung: ['101'] });
    const digits = CANARY.slice(2);
    for (const who of ['admin@example.com', 'supervisor@example.com', 'manager1@example.com'] as const) {
      for (const path of ['/calls', `/clients`, `/clients/${id}`, '/follow-ups', '/recordings', '/me']) {
        const { status, body } = await api.as(who, 'GET', path);
        expect([path, status]).toEqual([path, 200]);
        const text = JSON.stringify(body);
        for (const form of [
          digits,
          Buffer.from(digits).toString('hex'),
          Buffer.from(CANARY).toString('base64'),
        ]) {
          expect(text).not.toContain(form);
        }
      }
    }
  });
});
