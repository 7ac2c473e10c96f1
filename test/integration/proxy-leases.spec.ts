import { jest } from '@jest/globals';
import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { diallingCompany, DiallingPlane, type DiallingCompany } from '../support/dialling-plane.js';

jest.setTimeout(120_000);

const MOBILES = 2;
const CLIENTS = 6;

describe('proxy numbers', () => {
  let sql: TestDatabase;
  let planes: [DiallingPlane, DiallingPlane];

  beforeAll(async () => {
    sql = await testDatabase();
    planes = [await DiallingPlane.open(sql), await DiallingPlane.open(sql)];
  }, 60_000);
  afterAll(async () => {
    for (const plane of planes) await plane.close();
    await sql.drop();
  });

  const company = async (pool: number): Promise<DiallingCompany> => {
    const made = await diallingCompany(sql, planes[0], { extensions: MOBILES, clients: CLIENTS, pool });
    await planes[1].provisioning.reload();
    return made;
  };

  /** For whom each number stands on this mobile, as the database has it. */
  const bound = async ({ extensions }: DiallingCompany, mobile: number): Promise<Map<string, string>> => {
    const rows = await sql.query<{ number: string; clientId: string }>(
      `SELECT n.number, l.client_id AS "clientId" FROM proxy_lease l JOIN company_number n ON n.id = l.company_number_id
       WHERE l.mobile_id = $1`,
      [extensions[mobile]?.mobile.id],
    );
    return new Map(rows.map(({ number, clientId }) => [number, clientId]));
  };

  const leaseOf = (plane: number, { extensions, clients }: DiallingCompany, mobile: number, client: number) =>
    planes[plane]?.leases.lease(extensions[mobile]!, clients[client]!, undefined);

  const oneLease = fc.record({
    plane: fc.nat({ max: 1 }),
    mobile: fc.nat({ max: MOBILES - 1 }),
    client: fc.nat({ max: CLIENTS - 1 }),
  });

  it('never stand for two clients on one mobile, however many are leased at once at two control planes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: CLIENTS }),
        fc.array(oneLease, { minLength: 2, maxLength: 12 }),
        async (pool, asked) => {
          const made = await company(pool);
          const shown = await Promise.all(
            asked.map(async ({ plane, mobile, client }) => ({
              plane,
              mobile,
              client,
              number: await leaseOf(plane, made, mobile, client),
            })),
          );
          // A lease does not wait for a slow machine: who got none asks again, as his next call does.
          for (const one of shown) one.number ??= await leaseOf(one.plane, made, one.mobile, one.client);
          for (let mobile = 0; mobile < MOBILES; mobile += 1) {
            const standsFor = await bound(made, mobile);
            const here = shown.filter((one) => one.mobile === mobile);
            const clients = new Set(here.map(({ client }) => client));
            // As many of them as the pool has numbers, each a number of his own, and the same one each time.
            expect(standsFor.size).toBe(Math.min(pool, clients.size));
            expect(new Set(standsFor.values()).size).toBe(standsFor.size);
            for (const { client, number } of here) {
              if (number !== undefined) expect(standsFor.get(number)).toBe(made.clients[client]);
              else expect([...standsFor.values()]).not.toContain(made.clients[client]);
            }
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('go to the longest unused, stay with a client while fresh, and run out: as the model says, step by step', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: oneLease.map((one) => ({ do: 'lease' as const, ...one })) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('call back' as const),
          mobile: fc.nat({ max: MOBILES - 1 }),
          number: fc.nat({ max: 2 }),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('days pass' as const), days: fc.constantFrom(1, 20, 31) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
        const made = await company(3);
        const model = new Model(made.pool.map(({ number }) => number));
        for (const one of steps) {
          if (one.do === 'days pass') {
            model.daysPass(one.days);
            await sql.query(
              'UPDATE proxy_lease SET used_at = used_at - make_interval(days => $2) WHERE company_id = $1',
              [made.id, one.days],
            );
          } else if (one.do === 'lease') {
            const shown = await leaseOf(one.plane, made, one.mobile, one.client);
            expect(shown).toBe(model.lease(one.mobile, one.client));
          } else {
            const proxy = made.pool[one.number]!;
            const reached = await planes[0].leases.clientOf(made.extensions[one.mobile]!, proxy);
            const meant = model.callBack(one.mobile, proxy.number);
            expect(reached?.id).toBe(meant === undefined ? undefined : made.clients[meant]);
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  it('survive a restart, and are a stranger’s to every other mobile', async () => {
    const made = await company(2);
    const number = await leaseOf(0, made, 0, 3);
    await planes[0].close();
    planes[0] = await DiallingPlane.open(sql);
    await planes[0].provisioning.reload();
    const proxy = made.pool.find((one) => one.number === number)!;
    const [own, others] = made.extensions;
    expect((await planes[0].leases.clientOf(own!, proxy))?.id).toBe(made.clients[3]);
    expect(await planes[0].leases.clientOf(others!, proxy)).toBeUndefined();
    expect(await leaseOf(0, made, 0, 3)).toBe(number);
  });
});

/** What the pool is meant to do, for one company and three numbers; time goes by whole days and by turns. */
class Model {
  private now = 0;
  private readonly uses = new Map<string, { client: number; usedAt: number }>();

  constructor(private readonly pool: readonly string[]) {}

  daysPass(days: number): void {
    this.now += days + 1e-6;
  }

  lease(mobile: number, client: number): string | undefined {
    const at = (number: string) => this.uses.get(`${mobile}/${number}`);
    const own = this.pool.find((number) => at(number)?.client === client);
    const unused = this.pool.find((number) => !at(number));
    const [stale] = this.pool
      .filter((number) => (at(number)?.usedAt ?? Infinity) < this.now - 30)
      .sort((a, b) => (at(a)?.usedAt ?? 0) - (at(b)?.usedAt ?? 0));
    const chosen = own ?? unused ?? stale;
    if (chosen !== undefined) this.use(mobile, chosen, client);
    return chosen;
  }

  callBack(mobile: number, number: string): number | undefined {
    const client = this.uses.get(`${mobile}/${number}`)?.client;
    if (client !== undefined) this.use(mobile, number, client);
    return client;
  }

  private use(mobile: number, number: string, client: number): void {
    this.now += 1e-6; // each use is later than the one before
    this.uses.set(`${mobile}/${number}`, { client, usedAt: this.now });
  }
}
