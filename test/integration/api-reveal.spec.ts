import { ClientDirectory } from '../../src/clients/client-directory.js';
import { NumberVault } from '../../src/clients/number-vault.js';
import { PhoneNumber } from '../../src/common/phone-number.js';
import { Database } from '../../src/database/database.js';
import { Api, type Answer, type Who } from '../support/api.js';

const ADMIN = 'admin@example.com';
const SUPERVISOR = 'supervisor@example.com';
const MANAGER = 'manager1@example.com';
const REASON = 'a courier must call him';

describe('a client’s number', () => {
  let api: Api;
  let client: string;
  beforeAll(async () => {
    api = await Api.start();
  }, 60_000);
  beforeEach(async () => {
    client = await newClient('+79161234567');
    await api.as(ADMIN, 'PATCH', '/company', { revealQuota: 20 });
  });
  afterAll(() => api.close());

  const newClient = (number: string): Promise<string> =>
    api.app.get(Database).transaction(api.companyId, async (tx) => {
      const [row] = await tx.query<{ id: string }[]>('SELECT id FROM company_number LIMIT 1');
      const { id } = await api.app.get(ClientDirectory).findOrCreate(tx, api.companyId, {
        ...api.app.get(NumberVault).protect(PhoneNumber.fromE164(number)),
        companyNumberId: row!.id,
      });
      return id;
    });
  const reveal = (who: Who, id = client, reason = REASON): Promise<Answer> =>
    api.as(who, 'POST', `/clients/${id}/reveal`, { reason });
  const entries = async (who: Who) => {
    const { id } = (await api.as(who, 'GET', '/me')).body as { id: string };
    return api.sql.query<{ kind: string; client_id: string; payload: Record<string, unknown> }>(
      `SELECT kind, client_id, payload FROM ledger_entry
       WHERE actor = $1 AND kind LIKE 'number.%' ORDER BY seq`,
      [`user:${id}`],
    );
  };
  const shownToday = async (who: Who): Promise<number> =>
    (await entries(who)).filter(({ kind }) => kind === 'number.revealed').length;

  test('is shown to a supervisor for a reason, once it is written who saw it and why', async () => {
    const { status, body, headers } = await reveal(SUPERVISOR);
    expect([status, body]).toEqual([200, { number: '+79161234567' }]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await entries(SUPERVISOR)).at(-1)).toEqual({
      kind: 'number.revealed',
      client_id: client,
      payload: { reason: REASON },
    });
  });

  test('is shown to no manager, and that he tried is written', async () => {
    const { status, body } = await reveal(MANAGER);
    expect([status, body.type]).toEqual([403, 'urn:linekeeper:problem:no-reveal-right']);
    expect(JSON.stringify(body)).not.toContain('1234567');
    expect((await entries(MANAGER)).at(-1)).toEqual({
      kind: 'number.reveal-refused',
      client_id: client,
      payload: { reason: REASON, why: 'no-reveal-right' },
    });
  });

  test.each([
    ['no reason', ''],
    ['too short a reason', 'because'],
    ['blanks for a reason', ' '.repeat(40)],
    ['one long word for a reason', 'aaaaaaaaaaaaaaaaaaaa'],
    ['a reason that holds a telephone number', 'the client +7 916 123-45-67 asked'],
  ])('is not shown for %s', async (_, reason) => {
    const before = await shownToday(ADMIN);
    const { status, body } = await reveal(ADMIN, client, reason);
    expect([status, body.errors[0].field]).toEqual([400, 'reason']);
    expect(await shownToday(ADMIN)).toBe(before);
  });

  test('is not shown beyond the day’s quota, however many ask at once', async () => {
    const quota = (await shownToday(ADMIN)) + 3;
    await api.as(ADMIN, 'PATCH', '/company', { revealQuota: quota });
    const answers = await Promise.all(Array.from({ length: 10 }, () => reveal(ADMIN)));
    const shown = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect([shown.length, refused.length]).toEqual([3, 7]);
    expect(await shownToday(ADMIN)).toBe(quota);
    const { headers, body } = refused[0] as Answer;
    expect(body.type).toBe('urn:linekeeper:problem:reveal-quota');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(23 * 3600);
    const written = (await entries(ADMIN)).filter(({ kind }) => kind === 'number.reveal-refused');
    expect(written).toHaveLength(7);
    expect(written[0]?.payload).toEqual({ reason: REASON, why: 'reveal-quota' });
    // The quota is each person's own.
    expect((await reveal(SUPERVISOR)).status).toBe(200);
  });

  test('is shown to nobody where the quota is 0', async () => {
    await api.as(ADMIN, 'PATCH', '/company', { revealQuota: 0 });
    expect((await reveal(SUPERVISOR)).status).toBe(403);
  });

  test('of somebody unknown, or of another company, is not found', async () => {
    const other = '01900000-0000-7000-8000-00000000000a';
    await api.sql.query(
      `INSERT INTO company (id, name, country) VALUES ($1, 'Other', 'RU') ON CONFLICT DO NOTHING`,
      [other],
    );
    await api.sql.query('UPDATE client SET company_id = $1 WHERE id = $2', [other, client]);
    expect((await reveal(SUPERVISOR)).status).toBe(404);
    expect((await reveal(SUPERVISOR, '01900000-0000-7000-8000-00000000000b')).status).toBe(404);
  });

  test('asked for again and again without the right fills no ledger', async () => {
    const before = (await entries(MANAGER)).length;
    for (let round = 0; round < 11; round += 1) {
      await Promise.all(Array.from({ length: 10 }, () => reveal(MANAGER)));
    }
    const written = await entries(MANAGER);
    expect(written.length).toBe(100);
    expect(before).toBeLessThan(100);
    expect(written.at(-1)?.payload).toMatchObject({ furtherTriesOfTheDayUnwritten: true });
  });
});
