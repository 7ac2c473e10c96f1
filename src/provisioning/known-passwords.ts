import type { EntityManager } from 'typeorm';
import { In } from 'typeorm';
import { UserAccount } from '../identity/entities.js';
import { passwordFits } from '../identity/passwords.js';
import type { Snapshot } from './config.js';
import type { Seed } from './seed-file.js';

/** @returns names of the extensions and people whose password is the one in the seed file, which everyone can read */
export async function knownPasswordsInUse(
  tx: EntityManager,
  snapshot: Snapshot,
  seed: Seed,
): Promise<string[]> {
  const known = new Map(seed.extensions.map(({ number, sipPassword }) => [number, sipPassword]));
  const phones = [...snapshot.extensions.values()]
    .filter(({ number, sipPassword }) => known.get(number) === sipPassword)
    .map(({ number }) => `extension ${number}`);
  const accounts = await tx.findBy(UserAccount, { email: In(seed.people.map(({ email }) => email)) });
  const people: string[] = [];
  for (const { email, password } of seed.people) {
    const account = accounts.find((one) => one.email === email);
    if (account && (await passwordFits(account.passwordHash, password))) people.push(email);
  }
  return [...phones, ...people];
}
