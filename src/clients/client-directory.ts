import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import { newId } from '../common/ids.js';
import { DataKeys } from '../database/data-keys.js';
import { KNOWN, narrowedToUserOf, seesCompany } from '../identity/scope.js';
import { newClientCode } from './client-code.js';
import { NumberVault, type ProtectedNumber } from './number-vault.js';

/** A client as calls and managers see him. */
export interface ClientView {
  id: string;
  code: string;
  name: string | null;
  /** The manager who is rung first. */
  assignedExtensionId: string | null;
  /** With whom he talked so short a while ago that he reaches him first; known of a call that came in. */
  talkedExtensionId?: string | null;
  /** He was never seen before this. */
  isNew: boolean;
}

/** A client whom a manager calls. */
export interface ReachableClient extends ClientView {
  /** The number by which he knows the company. */
  lastCompanyNumberId: string | null;
}

/** Enough for codes of 15 digits: more taken ones in a row are a fault, not chance. */
const MOST_TRIES = 40;

/**
 * A new client is found by every key that others may look him up by, and his number opens in future: while keys are
 * rotated, two control planes that know different keys must not make two clients of one number.
 */
const KEYS_ARE_CURRENT = `NOT EXISTS (SELECT FROM data_key
  WHERE state IN ('coming', 'sealing') AND id <> ALL($8::int[]) OR state IN ('ending', 'gone') AND id = $9::int)`;

const VIEW = `id, code, name, assigned_extension_id AS "assignedExtensionId"`;

/** Who calls: each number once per company, under a code of its own. */
@Injectable()
export class ClientDirectory {
  constructor(
    private readonly vault: NumberVault,
    private readonly keys: DataKeys,
  ) {}

  /**
   * Finds the client of a number, or makes him with a new code; concurrent first calls give one client.
   * @param companyNumberId the one by which he knows the company from now on; null: that stays as it is
   */
  async findOrCreate(
    tx: EntityManager,
    companyId: string,
    { companyNumberId, ...number }: ProtectedNumber & { companyNumberId: string | null },
  ): Promise<ReachableClient> {
    for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
      // Refused for its code, or for a data key that came or went just now.
      if (attempt > 0) await this.keys.refresh(tx);
      const stored = this.vault.store(number);
      // One round trip. The insert waits for whoever inserts the same number or code just now, and then does nothing.
      const [client] = await tx.query<ReachableClient[]>(
        `WITH known AS (
           SELECT ${VIEW}, last_company_number_id FROM client
           WHERE company_id = $2 AND (number_hash = $4 OR number_hash_even = $5)
         ), made AS (
           INSERT INTO client (id, company_id, code, number_hash, number_hash_even, number_sealed, last_company_number_id)
           SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS (SELECT FROM known) AND ${KEYS_ARE_CURRENT}
           ON CONFLICT DO NOTHING RETURNING ${VIEW}, last_company_number_id
         )
         SELECT id, code, name, "assignedExtensionId", last_company_number_id AS "lastCompanyNumberId", false AS "isNew"
         FROM known UNION ALL
         SELECT id, code, name, "assignedExtensionId", last_company_number_id, true FROM made`,
        [
          ...[newId(), companyId, newClientCode(attempt), stored.hashOdd, stored.hashEven, stored.sealed],
          ...[companyNumberId, stored.hashKeys, stored.sealedKey],
        ],
      );
      if (client) return this.knows(tx, client, companyNumberId);
    }
    throw new AppError('no-client-code', 'no free client code was found', { httpStatus: 503 });
  }

  async byId(tx: EntityManager, id: string): Promise<ClientView | undefined> {
    const [known] = await tx.query<Omit<ClientView, 'isNew'>[]>(`SELECT ${VIEW} FROM client WHERE id = $1`, [
      id,
    ]);
    return known && { ...known, isNew: false };
  }

  /**
   * The client of a code, if whoever uses this extension may know of him: a manager his own ones, a
   * supervisor those of his groups, administrators all of the company's.
   */
  async reachable(
    tx: EntityManager,
    companyId: string,
    code: string,
    extensionId: string,
  ): Promise<ReachableClient | undefined> {
    const [known] = await tx.query<Omit<ReachableClient, 'isNew'>[]>(
      `SELECT ${VIEW}, last_company_number_id AS "lastCompanyNumberId" FROM client cl
       WHERE company_id = $1 AND code = $2 AND (
         ${seesCompany('$3')} OR ${KNOWN.replaceAll('?', () => narrowedToUserOf('$3'))})`,
      [companyId, code, extensionId],
    );
    return known && { ...known, isNew: false };
  }

  /** The number by which he knows the company from now on. */
  private async knows(
    tx: EntityManager,
    client: ReachableClient,
    companyNumberId: string | null,
  ): Promise<ReachableClient> {
    if (companyNumberId === null || client.lastCompanyNumberId === companyNumberId) return client;
    await tx.query('UPDATE client SET last_company_number_id = $2 WHERE id = $1', [
      client.id,
      companyNumberId,
    ]);
    return { ...client, lastCompanyNumberId: companyNumberId };
  }
}
