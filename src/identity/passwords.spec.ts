import { generatePassword, hashPassword, passwordFits } from './passwords.js';

describe('passwords', () => {
  test('are argon2id at OWASP’s cost, salted', async () => {
    const [one, two] = await Promise.all([hashPassword('same'), hashPassword('same')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  test('fit their own hash alone, and never an account that is not there', async () => {
    const hash = await hashPassword('correct horse');
    expect(await passwordFits(hash, 'correct horse')).toBe(true);
    expect(await passwordFits(hash, 'wrong horse')).toBe(false);
    expect(await passwordFits(undefined, 'nobody')).toBe(false);
  });

  test('that are generated are long, and never twice the same', () => {
    const made = new Set(Array.from({ length: 200 }, generatePassword));
    expect(made.size).toBe(200);
    for (const password of made) expect(password).toMatch(/^[a-km-zA-HJ-NP-Z2-9]{24}$/);
  });
});
