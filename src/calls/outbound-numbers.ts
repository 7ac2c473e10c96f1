import { Injectable } from '@nestjs/common';
import { ClientDirectory, type ReachableClient } from '../clients/client-directory.js';
import { NumberVault } from '../clients/number-vault.js';
import type { PhoneNumber } from '../common/phone-number.js';
import { Database } from '../database/database.js';
import type { ExtensionConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { whyForbidden, type Forbidden } from '../routing/dialling-check.js';

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

  /** Whoever has this number becomes a client with a code, if he was none: from here on he is masked. */
  clientWith(number: PhoneNumber, companyId: string): Promise<ReachableClient> {
    return this.database.transaction(companyId, (tx) =>
      this.clients.findOrCreate(tx, companyId, { ...this.vault.protect(number), companyNumberId: null }),
    );
  }

  /** The number to dial, which goes to the carrier and nowhere else; and why the company does not let it be called. */
  async of(
    client: ReachableClient,
    companyId: string,
  ): Promise<{ number: PhoneNumber; forbidden: Forbidden | undefined }> {
    const number = await this.database.transaction(companyId, (tx) =>
      this.vault.openForDialling(tx, client.id),
    );
    const rules = this.provisioning.snapshot.diallingRulesOf(companyId);
    return { number, forbidden: whyForbidden(rules, number) };
  }

  /**
   * The company number by which the client knows the company, E.164; where he knows none, the one that the company
   * chose for that, or its first.
   */
  shownTo(client: ReachableClient | undefined, companyId: string): string | undefined {
    const { snapshot } = this.provisioning;
    const own = [...snapshot.companyNumbers.values()].filter((number) => number.companyId === companyId);
    const { defaultNumberId } = snapshot.diallingRulesOf(companyId);
    const shown =
      own.find(({ id }) => id === client?.lastCompanyNumberId) ??
      own.find(({ id }) => id === defaultNumberId) ??
      // Proxy numbers are for managers' mobiles, and shown to clients only where there is no other.
      own.find(({ isProxy }) => !isProxy) ??
      own[0];
    return shown?.number;
  }
}
