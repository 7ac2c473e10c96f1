import { Database, type PoolName } from '../../src/database/database.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

describe('a statement that comes again', () => {
  let sql: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    sql = await testDatabase();
    database = await Database.open(sql.url);
  });
  afterAll(async () => {
    await database.close();
    await sql.drop();
  });

  /** Runs the text twice, once in vain between, in one transaction after the other. */
  const prepared = async (pool: PoolName): Promise<{ statement: string; runs: number }[]> => {
    const twice = (text: string, value: unknown) =>
      database.transaction('*', (tx) => Promise.all([tx.query(text, [value]), tx.query(text, [value])]), {
        pool,
      });
    expect(await twice('SELECT $1::int AS value', 7)).toEqual([[{ value: 7 }], [{ value: 7 }]]);
    await expect(twice('SELECT $1::int AS value', 'seven')).rejects.toThrow('invalid input syntax');
    expect(await twice('SELECT $1::int AS value', 8)).toEqual([[{ value: 8 }], [{ value: 8 }]]);
    return database.transaction(
      '*',
      (tx) =>
        tx.query(`SELECT statement, (generic_plans + custom_plans)::int AS runs FROM pg_prepared_statements`),
      { pool },
    );
  };

  it.each(['ledger', 'calls'] as const)(
    'is parsed once on a connection of %s, whatever became of it before',
    async (pool) => {
      const [one, ...more] = await prepared(pool);
      expect([one?.statement, more]).toEqual(['SELECT $1::int AS value', []]);
      expect(one?.runs).toBeGreaterThanOrEqual(4);
    },
  );

  it('is planned for its own parameters each time in pages', async () => {
    expect(await prepared('pages')).toEqual([]);
  });
});
