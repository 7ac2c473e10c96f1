import type { QueryRunner } from 'typeorm';
import { RulePositions1700000000024 } from '../../src/database/migrations/1700000000024-rule-positions.js';
import { Api } from '../support/api.js';

const ADMIN = 'admin@example.com';

describe('the places of recording rules', () => {
  let api: Api;
  beforeAll(async () => {
    api = await Api.start();
  }, 60_000);
  afterAll(() => api.close());

  const create = (name: string, position: number) =>
    api.as(ADMIN, 'POST', '/recording-rules', { name, position });
  const rules = () =>
    api.sql.query<{ name: string; position: number }>(
      'SELECT name, position FROM recording_rule ORDER BY position',
    );

  test('are each taken by one: a second rule is refused at its field, also when one is moved', async () => {
    const refused = { status: 409, body: { errors: [{ field: 'position' }] } };
    expect(await create('second', 10)).toMatchObject(refused);
    const { status, body } = await create('second', 20);
    expect(status).toBe(201);
    expect(await api.as(ADMIN, 'PATCH', `/recording-rules/${body.id}`, { position: 10 })).toMatchObject(
      refused,
    );
  });

  test('that several had are given anew, in the order in which they were asked', async () => {
    await api.sql.query('ALTER TABLE recording_rule DROP CONSTRAINT recording_rule_company_id_position_key');
    for (const [name, position] of [
      ['third', 20],
      ['first', 3],
    ] as const)
      expect((await create(name, position)).status).toBe(201);
    const runner = { query: (text: string) => api.sql.query(text) } as unknown as QueryRunner;
    await new RulePositions1700000000024().up(runner);
    expect(await rules()).toEqual(
      ['first', 'every call', 'second', 'third'].map((name, at) => ({ name, position: (at + 1) * 10 })),
    );
  });
});
