import { Api } from '../support/api.js';
import { testDatabase } from '../support/database.js';

const keyOf = (byte: number) => Buffer.alloc(32, byte).toString('base64');

describe('the data key of control planes that share a database', () => {
  test('is the same, or the second does not start: even where nothing is sealed yet', async () => {
    const sql = await testDatabase();
    const settings = { SEED: 'none', DATA_KEY: keyOf(1) };
    const first = await Api.start(settings, sql);
    const second = await Api.start(settings, sql);
    await expect(Api.start({ ...settings, DATA_KEY: keyOf(2) }, sql)).rejects.toMatchObject({
      code: 'data-key',
      message: expect.stringContaining('give every control plane the same DATA_KEY') as string,
    });
    const rows = await sql.query('SELECT fingerprint FROM data_key');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(keyOf(1));
    await first.close();
    await second.close();
    await sql.drop();
  });
});
