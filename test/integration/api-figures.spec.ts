import { Api } from '../support/api.js';

describe('the day’s figures', () => {
  let api: Api;
  beforeAll(async () => {
    api = await Api.start();
    const anna = await api.client('10001');
    const boris = await api.client('10002');
    await api.call({ clientId: anna, at: '2026-03-02T08:10:00Z', manager: '101', rung: ['101', '102'] });
    await api.call({ clientId: anna, at: '2026-03-02T08:50:00Z', manager: '102', rung: ['102'] });
    await api.call({ clientId: boris, at: '2026-03-02T10:30:00Z', outcome: 'missed', rung: ['101'] });
    await api.call({ clientId: anna, at: '2026-03-02T11:00:00Z', direction: 'outbound', manager: '101' });
    await api.call({
      clientId: boris,
      at: '2026-03-02T11:10:00Z',
      direction: 'outbound',
      outcome: 'unreached',
      manager: '101',
    });
    await api.call({ at: '2026-03-02T11:20:00Z', direction: 'internal', manager: '102' });
    await api.call({ clientId: boris, at: '2026-03-03T00:00:00Z', outcome: 'missed', rung: ['101'] });
  }, 60_000);
  afterAll(() => api.close());
  const day = 'from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z';

  test('count exactly the calls that the list of calls then shows', async () => {
    const { status, body } = await api.as('supervisor@example.com', 'GET', `/figures?${day}`);
    expect(status).toBe(200);
    expect(body.total).toEqual({
      inbound: 3,
      outbound: 2,
      internal: 1,
      answered: 2,
      missed: 1,
      abandoned: 0,
      refused: 0,
      going: 0,
      reached: 1,
      medianAnswerS: 3,
      talkedMs: 68_000,
    });
    const listed = async (query: string): Promise<number> =>
      (await api.as('supervisor@example.com', 'GET', `/calls?${day}&${query}`)).body.items.length;
    expect(await listed('direction=inbound&outcome=answered')).toBe(body.total.answered);
    expect(await listed('direction=inbound&outcome=missed')).toBe(body.total.missed);
    expect(await listed('direction=outbound&outcome=answered')).toBe(body.total.reached);
  });

  test('keep calls out apart from the share of incoming calls that were answered', async () => {
    const { body } = await api.as('admin@example.com', 'GET', `/figures?${day}&slotMinutes=60`);
    expect(body.slots[11]).toMatchObject({ inbound: 0, outbound: 2, internal: 1, answered: 0, reached: 1 });
  });

  test('come in slots, empty ones too', async () => {
    const { body } = await api.as('admin@example.com', 'GET', `/figures?${day}&slotMinutes=60`);
    expect(body.slots).toHaveLength(24);
    expect(body.slots[8]).toMatchObject({ at: '2026-03-02T08:00:00.000Z', answered: 2, missed: 0 });
    expect(body.slots[9]).toMatchObject({ answered: 0, missed: 0 });
    expect(body.slots[10]).toMatchObject({ answered: 0, missed: 1 });
  });

  test('say of each manager what he answered and what rang in vain', async () => {
    const { body } = await api.as('admin@example.com', 'GET', `/figures?${day}`);
    expect(body.managers).toEqual([
      { extension: { number: '101', name: 'Anna' }, answered: 1, reached: 1, missed: 1, talkedMs: 34_000 },
      { extension: { number: '102', name: 'Boris' }, answered: 1, reached: 0, missed: 0, talkedMs: 34_000 },
    ]);
  });

  test('are for supervisors and administrators', async () => {
    expect((await api.as('manager1@example.com', 'GET', `/figures?${day}`)).status).toBe(403);
  });

  test.each([
    ['from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z', 'to', 'is not after the beginning'],
    ['from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z', 'to', 'is more than 31 days after the beginning'],
  ])('refuse %s, and name the field', async (query, field, message) => {
    const { status, body } = await api.as('admin@example.com', 'GET', `/figures?${query}`);
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ field, message }]);
  });
});
