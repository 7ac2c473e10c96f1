import type { DataSource, QueryRunner } from 'typeorm';
import { TransactionAttempt } from './transaction-attempt.js';

const withCode = (code: string) => Object.assign(new Error(code), { code });

test('what fails behind a start that failed is told by its cause: without a scope every row is refused', async () => {
  const runner = {
    manager: {},
    isReleased: false,
    connect: async () => ({ query: () => Promise.reject(withCode('57014')) }),
    rollbackTransaction: async () => undefined,
    release: async () => undefined,
  } as unknown as QueryRunner;
  const pool = { createQueryRunner: () => runner } as unknown as DataSource;
  const attempt = new TransactionAttempt(pool, '*', 1_000);
  await expect(attempt.race(() => Promise.reject(withCode('42501')))).rejects.toMatchObject({
    code: '57014',
  });
});
