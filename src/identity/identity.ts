import { Injectable } from '@nestjs/common';
import { createHash, randomBytes } from 'node:crypto';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { PasswordChange, Person } from '../contracts/identity.js';
import { Database } from '../database/database.js';
import { RetryLater } from '../http/problem.js';
import { Ledger } from '../ledger/ledger.js';
import { Accounts } from './accounts.js';
import { UserAccount, UserToken } from './entities.js';
import { readPeople } from './people.query.js';
import { passwordFits } from './passwords.js';
import { SignInLimit } from './sign-in-limit.js';

/** How long a sign-in holds, in ms. */
const TOKEN_LIFE_MS = 12 * 3600_000;

export interface SignedIn {
  /** 256 random bits, base64url; the database keeps a hash. */
  token: string;
  expiresAt: Date;
  user: Person;
}

/** Who is who: sign-in, sign-out, and the person behind a token. */
@Injectable()
export class Identity {
  private readonly limit = new SignInLimit();

  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly accounts: Accounts,
  ) {}

  /**
   * @param source the address that the try comes from
   * @throws AppError 401 where address and password do not fit; RetryLater (429) after too many tries
   */
  async signIn(email: string, password: string, source: string): Promise<SignedIn> {
    this.begin(email, source);
    const account = await this.database.transaction('*', (tx) => tx.findOneBy(UserAccount, { email }));
    if (!(await passwordFits(account?.passwordHash, password)) || account === null) {
      await this.writeRefusal(account, source);
      throw new AppError('wrong-sign-in', 'the e-mail address or the password is wrong', {
        httpStatus: 401,
        blame: 'caller',
      });
    }
    this.limit.succeeded(email, source);
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(clock.now() + TOKEN_LIFE_MS);
    const now = new Date(clock.now());
    await this.database.transaction(account.companyId, async (tx) => {
      await tx.query('DELETE FROM user_token WHERE user_id = $1 AND expires_at <= $2', [account.id, now]);
      await tx.insert(UserToken, { tokenHash: tokenHashOf(token), userId: account.id, expiresAt });
      await this.ledger.append(tx, {
        id: newId(),
        companyId: account.companyId,
        kind: 'person.signed-in',
        at: clock.iso(),
        actor: `user:${account.id}`,
        data: { role: account.role, source },
      });
    });
    const user = await this.personOf(token);
    if (user === undefined) throw new AppError('signed-out', 'the account is gone', { httpStatus: 401 });
    return { token, expiresAt, user };
  }

  /**
   * For one's own password. Every sign-in ends but the one that asks.
   * @throws AppError 403 where the current password is another one; RetryLater (429) after too many tries
   */
  async changePassword(
    person: Person,
    token: string,
    { current, password }: PasswordChange,
    source: string,
  ): Promise<void> {
    this.begin(person.email, source);
    await this.database.transaction(person.companyId, async (tx) => {
      const account = await tx.findOneByOrFail(UserAccount, { id: person.id });
      if (!(await passwordFits(account.passwordHash, current))) {
        throw new AppError('wrong-password', 'is not your current password', {
          httpStatus: 403,
          blame: 'caller',
          field: 'current',
        });
      }
      await this.accounts.setPassword(tx, account, password, `user:${person.id}`, tokenHashOf(token));
    });
    this.limit.succeeded(person.email, source);
  }

  private begin(email: string, source: string): void {
    const waitS = this.limit.begin(email, source);
    if (waitS === 0) return;
    throw new RetryLater('too-many-tries', `too many tries: the next one is read in ${waitS} s`, 429, waitS);
  }

  async signOut(token: string): Promise<void> {
    await this.database.transaction('*', (tx) => tx.delete(UserToken, { tokenHash: tokenHashOf(token) }));
  }

  /** @returns undefined for a token that was never given, has run out or was signed out */
  async personOf(token: string): Promise<Person | undefined> {
    const [person] = await this.database.transaction('*', (tx) =>
      readPeople(tx, 'JOIN user_token t ON t.user_id = u.id WHERE t.token_hash = $1 AND t.expires_at > $2', [
        tokenHashOf(token),
        new Date(clock.now()),
      ]),
    );
    return person;
  }

  /** An address without an account is not written: it may be a password in the wrong field. */
  private async writeRefusal(account: UserAccount | null, source: string): Promise<void> {
    const companyId = account?.companyId ?? (await this.firstCompany());
    if (companyId === undefined) return;
    await this.ledger.write({
      id: newId(),
      companyId,
      kind: 'person.sign-in-refused',
      at: clock.iso(),
      actor: account ? `user:${account.id}` : 'system',
      data: { known: account !== null, source },
    });
  }

  private async firstCompany(): Promise<string | undefined> {
    const rows: { id: string }[] = await this.database.transaction('*', (tx) =>
      tx.query('SELECT id FROM company ORDER BY created_at, id LIMIT 1'),
    );
    return rows[0]?.id;
  }
}

/** As the database knows a token. */
export const tokenHashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
