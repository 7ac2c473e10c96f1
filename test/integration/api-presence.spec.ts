import { planInbound } from '../../src/routing/router.js';
import { isAway } from '../../src/provisioning/config.js';
import { Jobs } from '../../src/jobs/jobs.js';
import { Api, type Who } from '../support/api.js';
import { until } from '../support/until.js';

const MANAGER: Who = 'manager1@example.com';

describe('who is away', () => {
  let api: Api;
  beforeAll(async () => {
    api = await Api.start();
    await api.app.get(Jobs).start();
  }, 60_000);
  afterAll(async () => {
    await api.app.get(Jobs).stop();
    await api.close();
  });

  const say = (presence: string, backAt: string | null = null) =>
    api.as(MANAGER, 'PUT', '/me/presence', { presence, backAt });
  const entries = () =>
    api.sql.query<{ actor: string; payload: { presence: string; backAt: string | null } }>(
      `SELECT actor, payload FROM ledger_entry WHERE kind = 'presence.changed' ORDER BY seq`,
    );
  /** Whom the demo's number rings now. */
  const rung = () => {
    const { snapshot } = api.provisioning;
    const companyNumber = snapshot.companyNumbers.get('+74950000100')!;
    const plan = planInbound(snapshot, {
      companyNumber,
      assignedExtensionId: api.extensionId('101'),
      isFree: () => true,
      idleSince: () => 0,
      isAway: (id) => isAway(snapshot.extensions.get(id), Date.now()),
      mayBeRecorded: false,
    });
    return plan.flatMap((step) =>
      step.do === 'ring' ? step.extensionIds.map((id) => snapshot.extensions.get(id)?.number) : [],
    );
  };

  test('is rung for nobody until he says that he is here again, and both are in the ledger', async () => {
    expect(rung()).toEqual(['101', '101', '102', '103']);
    const away = await say('away');
    expect(away).toMatchObject({ status: 200, body: { presence: 'away', backAt: null } });
    expect(rung()).toEqual(['102', '103']);
    const here = await say('here');
    expect(here.body).toEqual({ presence: 'here', backAt: null });
    expect(rung()).toEqual(['101', '101', '102', '103']);
    const said = await entries();
    expect(said.map(({ payload }) => payload.presence)).toEqual(['away', 'here']);
    expect(said.every(({ actor }) => actor.startsWith('user:'))).toBe(true);
  });

  test('is here again by himself at the time that he named, which the ledger says too', async () => {
    const backAt = new Date(Date.now() + 400).toISOString();
    await say('away', backAt);
    const { body } = await api.as(MANAGER, 'GET', '/me/presence');
    expect(body).toEqual({ presence: 'away', backAt });
    await until('the time has come', async () => (await entries()).at(-1)?.actor === 'system');
    expect(rung()).toContain('101');
    expect((await api.as(MANAGER, 'GET', '/me/presence')).body).toEqual({ presence: 'here', backAt: null });
  });

  test('a time that he gave up before it came changes nothing', async () => {
    await say('away', new Date(Date.now() + 300).toISOString());
    await say('away');
    const before = (await entries()).length;
    await until('the first time has been looked at', async () => {
      const [row] = await api.sql.query<{ count: string }>(
        `SELECT count(*) FROM outbox_job WHERE kind = 'presence.back' AND done_at IS NULL`,
      );
      return row?.count === '0';
    });
    expect((await entries()).length).toBe(before);
    expect(rung()).not.toContain('101');
    await say('here');
  });

  test.each([
    ['a time that is past', { presence: 'away', backAt: '2020-01-01T00:00:00.000Z' }, 'is past'],
    [
      'a time next year',
      { presence: 'away', backAt: new Date(Date.now() + 366 * 864e5).toISOString() },
      'month',
    ],
    ['a time that is none', { presence: 'away', backAt: 'soon' }, ''],
    ['another presence', { presence: 'asleep' }, ''],
  ])('%s is refused at its field', async (_, change, message) => {
    const { status, body } = await api.as(MANAGER, 'PUT', '/me/presence', change);
    expect(status).toBe(400);
    expect(body.errors[0].message).toContain(message);
  });

  test('who has no extension is told to get one', async () => {
    const { status, body } = await api.as('admin@example.com', 'PUT', '/me/presence', { presence: 'away' });
    expect({ status, type: body.type }).toEqual({ status: 409, type: 'urn:linekeeper:problem:no-extension' });
  });
});
