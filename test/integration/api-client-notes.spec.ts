import { Api } from '../support/api.js';

describe('notes about clients', () => {
  let api: Api;
  let client: string;
  let stranger: string;
  beforeAll(async () => {
    api = await Api.start();
    client = await api.client('20001', 'Irina');
    stranger = await api.client('20002', '100% Wool');
    await api.call({ clientId: client, manager: '101', rung: ['101'] });
  }, 60_000);
  afterAll(() => api.close());

  test('are seen by whoever may see the client, the newest first, with their author', async () => {
    await api.as('manager1@example.com', 'POST', `/clients/${client}/notes`, { text: 'Prefers mornings.' });
    await api.as('supervisor@example.com', 'POST', `/clients/${client}/notes`, { text: 'Wants an invoice.' });
    const { body } = await api.as('manager1@example.com', 'GET', `/clients/${client}/notes`);
    expect(body.items).toEqual([
      expect.objectContaining({
        text: 'Wants an invoice.',
        author: expect.objectContaining({ email: 'supervisor@example.com' }),
      }),
      expect.objectContaining({ text: 'Prefers mornings.' }),
    ]);
  });

  test('of a client whom a manager does not know are not there', async () => {
    const list = await api.as('manager1@example.com', 'GET', `/clients/${stranger}/notes`);
    const write = await api.as('manager1@example.com', 'POST', `/clients/${stranger}/notes`, {
      text: 'Hello.',
    });
    expect([list.status, write.status]).toEqual([404, 404]);
  });

  test('hold no telephone number', async () => {
    const { status, body } = await api.as('manager1@example.com', 'POST', `/clients/${client}/notes`, {
      text: 'call +7 916 123-45-67',
    });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ field: 'text', message: expect.stringContaining('telephone number') }]);
  });

  test('are taken back by their author alone, and the ledger has both', async () => {
    const written = await api.as('manager1@example.com', 'POST', `/clients/${client}/notes`, {
      text: 'Oops.',
    });
    const path = `/clients/${client}/notes/${written.body.id}`;
    expect((await api.as('supervisor@example.com', 'DELETE', path)).status).toBe(404);
    expect((await api.as('manager1@example.com', 'DELETE', path)).status).toBe(204);
    const { body } = await api.as(
      'admin@example.com',
      'GET',
      `/ledger?kind=client.noted&clientId=${client}&limit=2`,
    );
    expect(body.items.map(({ payload }: { payload: object }) => payload)).toEqual([
      { noteId: written.body.id, takenBack: true },
      { noteId: written.body.id },
    ]);
  });

  test.each([
    ['iri', 'Irina'],
    ['2000', 'Irina'],
    ['100%', '100% Wool'],
  ])('clients are found by %s', async (search, name) => {
    const { body } = await api.as(
      'admin@example.com',
      'GET',
      `/clients?search=${encodeURIComponent(search)}`,
    );
    expect(body.items.map((one: { name: string }) => one.name)).toContain(name);
    const none = await api.as('admin@example.com', 'GET', '/clients?search=1%250');
    expect(none.body.items).toEqual([]);
  });
});
