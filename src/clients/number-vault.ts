import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { PhoneNumber } from '../common/phone-number.js';
import { keyIdOf, Sealer } from '../common/sealer.js';
import type { Person } from '../contracts/identity.js';
import { Database } from '../database/database.js';
import { NotFound, RetryLater } from '../http/problem.js';
import { may } from '../identity/rights.js';
import { Ledger } from '../ledger/ledger.js';
import type { JsonObject } from '../ledger/ledger-write.js';
import { knows } from './known-clients.js';

/** A client's number as it travels and waits, in a spool for example. */
export interface ProtectedNumber {
  sealed: Buffer;
}

/** What a client is found by, and how his number is stored, with the data keys of this moment. */
export interface StoredNumber extends ProtectedNumber {
  /** By the key that seals, and by one that comes: of odd and of even id (1700000000012-data-keys.ts). */
  hashOdd: Buffer | null;
  hashEven: Buffer | null;
  /** The keys of the hashes, and the one of `sealed`. */
  hashKeys: number[];
  sealedKey: number;
}

/** What a client's sealed number is bound to. */
export const CLIENT_NUMBER_CONTEXT = 'client-number';
const CONTEXT = CLIENT_NUMBER_CONTEXT;
const DAY_MS = 24 * 3600 * 1000;
/** Entries about one person's refused tries within a day: who tries on and on does not fill the ledger. */
const REFUSALS_WRITTEN = 100;

/** The only way to a client's number and back. */
@Injectable()
export class NumberVault {
  constructor(
    private readonly sealer: Sealer,
    private readonly database: Database,
    private readonly ledger: Ledger,
  ) {}

  protect(number: PhoneNumber): ProtectedNumber {
    return { sealed: this.sealer.seal(number.reveal(), CONTEXT) };
  }

  /**
   * What a protected number is stored as now: it may have been protected before the data key was rotated.
   * @throws AppError sealed-with-another-key
   */
  store({ sealed }: ProtectedNumber): StoredNumber {
    const e164 = this.sealer.open(sealed, CONTEXT);
    const hashes = this.sealer.lookupHashes(e164);
    const byParity = (parity: number) => hashes.find(({ keyId }) => keyId % 2 === parity)?.hash ?? null;
    const isCurrent = keyIdOf(sealed) === this.sealer.sealingId;
    return {
      sealed: isCurrent ? sealed : this.sealer.seal(e164, CONTEXT),
      sealedKey: this.sealer.sealingId,
      hashOdd: byParity(1),
      hashEven: byParity(0),
      hashKeys: hashes.map(({ keyId }) => keyId),
    };
  }

  /**
   * Opens a client's number for the system to dial: no person sees it, and the call's own `call.dialled` entry says
   * who rang him. What shows a number to a person is showTo().
   * @param tx inside the wall of the client's company
   * @throws AppError unknown-client
   */
  async openForDialling(tx: EntityManager, clientId: string): Promise<PhoneNumber> {
    const number = await this.open(tx, clientId);
    if (!number) throw new AppError('unknown-client', 'there is no such client', { httpStatus: 404 });
    return number;
  }

  /**
   * Shows a client's number to a person who has the right, within his company's quota; that he saw it, or tried to,
   * is an entry, committed before this answers. While the database is away nobody is shown anything.
   * @returns the number in E.164
   * @throws AppError no-reveal-right, reveal-quota; NotFound also for a client that this person may not know of
   */
  async showTo(person: Person, clientId: string, reason: string): Promise<string> {
    const outcome = await this.database.transaction(person.companyId, async (tx) => {
      // One try of a person at a time, at whatever control plane: else two would count the same day's reveals.
      await tx.query('SELECT FROM user_account WHERE id = $1 FOR NO KEY UPDATE', [person.id]);
      if (!may(person.role, 'clients.reveal'))
        return this.refuse(tx, person, clientId, reason, noRight(person));
      const number = (await knows(tx, person, clientId)) ? await this.open(tx, clientId) : undefined;
      if (!number) throw new NotFound('client');
      const overQuota = await this.overQuota(tx, person);
      if (overQuota) return this.refuse(tx, person, clientId, reason, overQuota);
      await this.write(tx, 'number.revealed', person, clientId, { reason });
      return number.reveal();
    });
    if (outcome instanceof AppError) throw outcome;
    return outcome;
  }

  private async open(tx: EntityManager, clientId: string): Promise<PhoneNumber | undefined> {
    const [client] = await tx.query<{ sealed: Buffer }[]>(
      'SELECT number_sealed AS sealed FROM client WHERE id = $1',
      [clientId],
    );
    return client && PhoneNumber.fromE164(this.sealer.open(client.sealed, CONTEXT));
  }

  /** Counted in the ledger itself, from which nobody can take an entry away. */
  private async overQuota(tx: EntityManager, person: Person): Promise<AppError | undefined> {
    const [company] = await tx.query<{ quota: number }[]>(
      'SELECT reveal_quota AS quota FROM company WHERE id = $1',
      [person.companyId],
    );
    const quota = company?.quota ?? 0;
    if (quota === 0)
      return new AppError('reveal-quota', 'this company shows no numbers to anyone', {
        httpStatus: 403,
        blame: 'caller',
      });
    const [last] = await tx.query<{ at: Date }[]>(
      `SELECT at FROM ledger_entry
       WHERE company_id = $1 AND actor = $2 AND kind = 'number.revealed' AND at > $3
       ORDER BY at DESC OFFSET $4 LIMIT 1`,
      [person.companyId, actorOf(person), aDayAgo(), quota - 1],
    );
    if (!last) return undefined;
    const waitS = Math.max(1, Math.ceil((last.at.getTime() + DAY_MS - clock.now()) / 1000));
    const message = `${quota} numbers were shown to you within 24 hours, and that is what the company allows`;
    return new RetryLater('reveal-quota', message, 429, waitS);
  }

  private async refuse(
    tx: EntityManager,
    person: Person,
    clientId: string,
    reason: string,
    refusal: AppError,
  ): Promise<AppError> {
    const [written] = await tx.query<{ count: number }[]>(
      `SELECT count(*)::int FROM ledger_entry
       WHERE company_id = $1 AND actor = $2 AND kind = 'number.reveal-refused' AND at > $3`,
      [person.companyId, actorOf(person), aDayAgo()],
    );
    const count = (written?.count ?? 0) + 1;
    if (count <= REFUSALS_WRITTEN) {
      const why = {
        why: refusal.code,
        ...(count === REFUSALS_WRITTEN && { furtherTriesOfTheDayUnwritten: true }),
      };
      await this.write(tx, 'number.reveal-refused', person, clientId, { reason, ...why });
    }
    return refusal;
  }

  private async write(
    tx: EntityManager,
    kind: 'number.revealed' | 'number.reveal-refused',
    person: Person,
    clientId: string,
    data: JsonObject,
  ): Promise<void> {
    await this.ledger.append(tx, {
      id: newId(),
      companyId: person.companyId,
      kind,
      at: clock.iso(),
      clientId,
      actor: actorOf(person),
      data,
    });
  }
}

const actorOf = (person: Person): string => `user:${person.id}`;
const aDayAgo = (): string => new Date(clock.now() - DAY_MS).toISOString();

const noRight = (person: Person): AppError =>
  new AppError('no-reveal-right', `the role ${person.role} has not the right clients.reveal`, {
    httpStatus: 403,
    blame: 'caller',
  });
