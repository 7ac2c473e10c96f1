import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import { REALM } from './digest.js';
import { PhoneCredential } from './phone-credential.entity.js';

/** How long they hold, ms; a page asks for new ones before. */
const LIFE_MS = 3600_000;
/** Of one sign-in at once: a page that is loaded anew asks anew, and what it had may still be in a REGISTER under way. */
const MOST_PER_SIGN_IN = 5;
/** `<extension>;<random>`: a name that no device of the extension has. */
const USERNAME = /^\d{2,6};[\w-]{22}$/;
const MOST_REMEMBERED = 5_000;

export interface IssuedCredentials {
  username: string;
  password: string;
  expiresAt: Date;
}

/** What a browser that gives this name is let do. */
export interface KnownCredentials {
  extensionId: string;
  ha1: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** A page that wants to be a phone. */
export interface AskingPage {
  companyId: string;
  extension: { id: string; number: string };
  /** Of the sign-in; with it they end. */
  tokenHash: Buffer;
}

/** Short-lived credentials with which the browser of a signed-in person registers as his extension. */
@Injectable()
export class PhoneCredentials {
  /** As last read: while the database is away nobody is signed out. */
  private readonly remembered = new Map<string, KnownCredentials>();

  constructor(private readonly database: Database) {}

  /** New ones; the password is kept nowhere. */
  async issue({ companyId, extension, tokenHash }: AskingPage): Promise<IssuedCredentials> {
    const username = `${extension.number};${randomBytes(16).toString('base64url')}`;
    const password = randomBytes(24).toString('base64url');
    const ha1 = createHash('md5').update(`${username}:${REALM}:${password}`).digest('hex');
    const expiresAt = await this.database.transaction(companyId, async (tx) => {
      const rows: { expires_at: Date }[] = await tx.query(
        `INSERT INTO phone_credential (username, company_id, extension_id, token_hash, ha1, expires_at)
         SELECT $1, $2, $3, token_hash, $5, least(expires_at, $6) FROM user_token WHERE token_hash = $4
         RETURNING expires_at`,
        [username, companyId, extension.id, tokenHash, ha1, new Date(clock.now() + LIFE_MS)],
      );
      await tx.query(
        `DELETE FROM phone_credential WHERE token_hash = $1 AND username NOT IN
           (SELECT username FROM phone_credential WHERE token_hash = $1 ORDER BY created_at DESC LIMIT $2)`,
        [tokenHash, MOST_PER_SIGN_IN],
      );
      return rows[0]?.expires_at ?? new Date(clock.now()); // signed out meanwhile: nothing was given
    });
    return { username, password, expiresAt };
  }

  /** @returns undefined for a name that was never given, has run out, or whose person is signed out or has another extension */
  async find(username: string): Promise<KnownCredentials | undefined> {
    if (!USERNAME.test(username)) return undefined;
    const now = new Date(clock.now());
    try {
      const found = await this.database.transaction('*', (tx) =>
        tx
          .createQueryBuilder(PhoneCredential, 'c')
          .innerJoin('user_token', 't', 't.token_hash = c.token_hash AND t.expires_at > :now')
          .innerJoin('user_account', 'u', 'u.id = t.user_id AND u.extension_id = c.extension_id')
          .where('c.username = :username AND c.expires_at > :now', { username, now })
          .getOne(),
      );
      return this.remember(username, found);
    } catch (error) {
      log('sip').warn({ error: messageOf(error) }, 'a browser’s credentials could not be read');
      const last = this.remembered.get(username);
      return last && last.expiresAt > now.getTime() ? last : undefined;
    }
  }

  private remember(username: string, found: PhoneCredential | null): KnownCredentials | undefined {
    this.remembered.delete(username);
    if (!found) return undefined;
    const { extensionId, ha1, expiresAt } = found;
    const known = { extensionId, ha1, expiresAt: expiresAt.getTime() };
    this.remembered.set(username, known);
    if (this.remembered.size > MOST_REMEMBERED)
      this.remembered.delete(this.remembered.keys().next().value ?? '');
    return known;
  }
}
