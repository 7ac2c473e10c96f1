import { Injectable } from '@nestjs/common';
import { ClientDirectory, type ReachableClient } from '../clients/client-directory.js';
import { NumberVault } from '../clients/number-vault.js';
import type { PhoneNumber } from '../common/phone-number.js';
import { Database } from '../database/database.js';
import type { ExtensionConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';

/** Whom a manager may call, at which number, and what that client is shown. */
@Injectable()
export class OutboundNumbers {
  constructor(
    private readonly database: Database,
    private readonly clients: ClientDirectory,
    private readonly vault: NumberVault,
    private readonly provisioning: Provisioning,
  ) {}

  /** @returns undefined where there is no such client, or this extension may not know of him */
  clientOf({ id, companyId }: ExtensionConfig, code: string): Promise<ReachableClient | undefined> {
    return this.database.transaction(companyId, (tx) => this.clients.reachable(tx, companyId, code, id));
  }

  /** The number to dial. It goes to the carrier and nowhere else. */
  of(client: ReachableClient, companyId: string): Promise<PhoneNumber> {
    return this.database.transaction(companyId, (tx) => this.vault.openForDialling(tx, client.id));
  }

  /**
   * The company number by which the client knows the company, E.164; where he knows none, the company's first. Proxy
   * numbers are for managers' mobiles, and shown to clients only where there is no other.
   */
  shownTo({ lastCompanyNumberId }: ReachableClient, companyId: string): string | undefined {
    const own = [...this.provisioning.snapshot.companyNumbers.values()].filter(
      (number) => number.companyId === companyId,
    );
    return (own.find(({ id }) => id === lastCompanyNumberId) ?? own.find(({ isProxy }) => !isProxy) ?? own[0])
      ?.number;
  }
}
