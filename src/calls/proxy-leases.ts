import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ReachableClient } from '../clients/client-directory.js';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import { Ledger } from '../ledger/ledger.js';
import type { CompanyNumberConfig, ExtensionConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';

/** While a caller waits for a mobile to ring, the database has so long to name a proxy number. */
const PATIENCE_MS = 750;

/**
 * The client's own number again; else one that never stood for anybody on this mobile; else the one that was used
 * the longest ago, if that is long enough. One row is chosen and taken in one statement; its key is (mobile, number).
 */
const TAKE = `
  WITH chosen AS (
    SELECT n.id, l.client_id AS held
    FROM company_number n LEFT JOIN proxy_lease l ON l.company_number_id = n.id AND l.mobile_id = $2
    WHERE n.company_id = $1 AND n.is_proxy
      AND (l.client_id IS NULL OR l.client_id = $3 OR l.used_at < now() - make_interval(days => $4))
    ORDER BY (l.client_id = $3) IS TRUE DESC, l.used_at NULLS FIRST, n.created_at, n.id
    LIMIT 1
  ), taken AS (
    INSERT INTO proxy_lease (company_id, mobile_id, company_number_id, client_id, leased_at, used_at)
    SELECT $1, $2, chosen.id, $3, now(), now() FROM chosen
    ON CONFLICT (mobile_id, company_number_id) DO UPDATE SET
      client_id = excluded.client_id, used_at = excluded.used_at,
      leased_at = CASE WHEN proxy_lease.client_id = excluded.client_id THEN proxy_lease.leased_at
        ELSE excluded.leased_at END
    RETURNING company_number_id
  )
  SELECT company_number_id AS "numberId", chosen.held IS DISTINCT FROM $3 AS "isNew"
  FROM taken JOIN chosen ON chosen.id = taken.company_number_id`;

const LEASED_CLIENT = `
  UPDATE proxy_lease l SET used_at = now() FROM client cl, company_number n
  WHERE l.mobile_id = $1 AND l.company_number_id = $2 AND cl.id = l.client_id
    AND n.id = l.company_number_id AND n.is_proxy
  RETURNING cl.id, cl.code, cl.name, cl.assigned_extension_id AS "assignedExtensionId",
    cl.last_company_number_id AS "lastCompanyNumberId"`;

/** An extension that lists a mobile. */
export type MobileExtension = ExtensionConfig & { mobile: NonNullable<ExtensionConfig['mobile']> };

export const hasMobile = (extension: ExtensionConfig): extension is MobileExtension =>
  extension.mobile !== null;

/** For which client each proxy number stands on each mobile: one at a time, and nobody else while it is fresh. */
@Injectable()
export class ProxyLeases {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly provisioning: Provisioning,
  ) {}

  /**
   * The proxy number that stands for the client on this extension's mobile from now on.
   * @returns its E.164; undefined where the pool is exhausted, or the database is away
   */
  async lease(
    extension: MobileExtension,
    clientId: string,
    callId: string | undefined,
  ): Promise<string | undefined> {
    const { companyId } = extension;
    const proxies = [...this.provisioning.snapshot.companyNumbers.values()].filter(
      (number) => number.companyId === companyId && number.isProxy,
    );
    if (proxies.length === 0) return undefined;
    try {
      const numberId = await this.database.transaction(
        companyId,
        (tx) => this.take(tx, extension, clientId, callId),
        { timeoutMs: PATIENCE_MS, pool: 'ledger' },
      );
      if (!numberId)
        log('calls').warn({ callId, extension: extension.number }, 'no proxy number is free for this mobile');
      return proxies.find(({ id }) => id === numberId)?.number;
    } catch (error) {
      log('calls').warn({ callId, error: messageOf(error) }, 'no proxy number could be leased');
      return undefined;
    }
  }

  /** The client for whom the number stands on this extension's mobile; the lease is fresh again. */
  async clientOf(
    { companyId, mobile }: MobileExtension,
    proxy: CompanyNumberConfig,
  ): Promise<ReachableClient | undefined> {
    const [rows] = await this.database.transaction(companyId, (tx) =>
      tx.query<[Omit<ReachableClient, 'isNew'>[], number]>(LEASED_CLIENT, [mobile.id, proxy.id]),
    );
    return rows[0] && { ...rows[0], isNew: false };
  }

  private async take(
    tx: EntityManager,
    { companyId, id, number, mobile }: MobileExtension,
    clientId: string,
    callId: string | undefined,
  ): Promise<string | undefined> {
    // One lease of a mobile at a time, at whatever control plane: else two would choose the same free number.
    await tx.query('SELECT FROM mobile WHERE id = $1 FOR NO KEY UPDATE', [mobile.id]);
    const freshDays = this.provisioning.snapshot.companies.get(companyId)?.proxyFreshDays ?? 30;
    const [lease] = await tx.query<{ numberId: string; isNew: boolean }[]>(TAKE, [
      companyId,
      mobile.id,
      clientId,
      freshDays,
    ]);
    if (lease?.isNew) {
      await this.ledger.append(tx, {
        id: newId(),
        companyId,
        callId,
        clientId,
        kind: 'proxy.leased',
        actor: `extension:${number}`,
        at: clock.iso(),
        data: { extensionId: id, companyNumberId: lease.numberId },
      });
    }
    return lease?.numberId;
  }
}
