import { jest } from '@jest/globals';
import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { diallingCompany, DiallingPlane, type DiallingCompany } from '../support/dialling-plane.js';

jest.setTimeout(120_000);

const EXTENSIONS = 3;
const CLIENTS = 3;

describe('managers who dial at once, at two control planes', () => {
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

  const company = async (caps: { company?: number; extension?: number } = {}): Promise<DiallingCompany> => {
    const made = await diallingCompany(sql, planes[0], { extensions: EXTENSIONS, clients: CLIENTS, pool: 0 });
    await sql.query(
      `INSERT INTO dialling_rules (company_id, allowed_countries, allowed_prefixes, emergency_numbers, calls_per_day,
         extension_calls_per_day) VALUES ($1, '{RU}', '{}', '{112}', $2, $3)`,
      [made.id, caps.company ?? null, caps.extension ?? null],
    );
    for (const plane of planes) await plane.provisioning.reload();
    return made;
  };

  const oneDial = fc.record({
    plane: fc.nat({ max: 1 }),
    extension: fc.nat({ max: EXTENSIONS - 1 }),
    client: fc.nat({ max: CLIENTS - 1 }),
  });
  type Dial = typeof oneDial extends fc.Arbitrary<infer D> ? D : never;

  const dialAll = (made: DiallingCompany, dials: readonly Dial[]) =>
    Promise.all(
      dials.map(async (dial) => ({
        ...dial,
        outcome: await planes[dial.plane]!.dial(made.extensions[dial.extension]!, made.clients[dial.client]!),
      })),
    );

  const end = (ids: readonly string[]) =>
    sql.query(`UPDATE call SET ended_at = now(), outcome = 'unreached' WHERE id = ANY($1)`, [ids]);

  it('are one at a client at a time; who comes too late is refused, and the next round begins anew', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(oneDial, { minLength: 2, maxLength: 8 }), { minLength: 1, maxLength: 3 }),
        async (rounds) => {
          const made = await company();
          for (const dials of rounds) {
            const done = await dialAll(made, dials);
            for (const client of new Set(dials.map((dial) => dial.client))) {
              const outcomes = done.filter((one) => one.client === client).map(({ outcome }) => outcome);
              expect(outcomes.filter((outcome) => 'id' in outcome)).toHaveLength(1);
              const refused = outcomes.flatMap((outcome) => ('refused' in outcome ? [outcome.refused] : []));
              expect(new Set(refused)).toEqual(new Set(refused.length > 0 ? ['colleague-is-talking'] : []));
            }
            await end(done.flatMap(({ outcome }) => ('id' in outcome ? [outcome.id] : [])));
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('never make more calls in a day than the company, or any extension, may', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ company: fc.nat({ max: 6 }), extension: fc.nat({ max: 4 }) }),
        fc.array(fc.array(oneDial, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
        async (caps, rounds) => {
          const made = await company(caps);
          const used = Array.from({ length: EXTENSIONS }, () => 0);
          const total = () => used.reduce((sum, one) => sum + one, 0);
          for (const dials of rounds) {
            const done = await dialAll(made, dials);
            for (const { outcome, extension } of done) if ('id' in outcome) used[extension]! += 1;
            expect(total()).toBeLessThanOrEqual(caps.company);
            expect(Math.max(...used)).toBeLessThanOrEqual(caps.extension);
            for (const { outcome, extension } of done) {
              if (!('refused' in outcome) || outcome.refused !== 'daily-calls-used-up') continue;
              expect(total() === caps.company || used[extension] === caps.extension).toBe(true);
            }
            await end(done.flatMap(({ outcome }) => ('id' in outcome ? [outcome.id] : [])));
          }
          // Each try is written, admitted or not.
          const [written] = await sql.query<{ count: number }>(
            `SELECT count(*)::int FROM ledger_entry WHERE company_id = $1 AND kind = 'call.dialled'`,
            [made.id],
          );
          expect(written?.count).toBe(rounds.flat().length);
        },
      ),
      { numRuns: 12 },
    );
  });
});
