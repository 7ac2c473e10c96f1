import { Injectable } from '@nestjs/common';
import type { ReachableClient } from '../clients/client-directory.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { Database } from '../database/database.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerKind } from '../ledger/ledger-kinds.js';
import type { JsonObject } from '../ledger/ledger-write.js';
import type { CompanyNumberConfig } from '../provisioning/config.js';
import type { MobileExtension } from './proxy-leases.js';
import { MENU_SIZE, type MenuClient } from './spoken-menu.js';

/** A client whose call rang a mobile. */
export type RecentClient = ReachableClient & MenuClient;

/** The clients whose calls rang this extension's mobile within a month, the last one first. */
const RECENT = `
  SELECT cl.id, cl.code, cl.name, cl.assigned_extension_id AS "assignedExtensionId",
    cl.last_company_number_id AS "lastCompanyNumberId", max(c.started_at) AS at
  FROM call c JOIN client cl ON cl.id = c.client_id
  WHERE c.company_id = $1 AND c.started_at > now() - interval '30 days' AND EXISTS
    (SELECT FROM call_leg l WHERE l.call_id = c.id AND l.extension_id = $2 AND l.via = 'mobile')
  GROUP BY cl.id ORDER BY at DESC LIMIT ${MENU_SIZE}`;

/** What mobiles that call back leave in the ledger beside the call itself, and what it remembers for them. */
@Injectable()
export class CallbackLedger {
  constructor(
    private readonly ledger: Ledger,
    private readonly database: Database,
  ) {}

  async recentClients({ companyId, id }: MobileExtension): Promise<RecentClient[]> {
    const rows = await this.database.transaction(companyId, (tx) =>
      tx.query<Omit<RecentClient, 'isNew'>[]>(RECENT, [companyId, id]),
    );
    return rows.map((row) => ({ ...row, isNew: false }));
  }

  /** Before the mobile is answered. */
  async asked(extension: MobileExtension, dialled: CompanyNumberConfig, what: 'pin' | 'menu'): Promise<void> {
    await this.write('callback.asked', extension, { companyNumberId: dialled.id, what });
  }

  async refused(extension: MobileExtension): Promise<void> {
    await this.write('callback.refused', extension, { reason: 'wrong-pin' });
  }

  private async write(
    kind: LedgerKind,
    { companyId, id, number }: MobileExtension,
    data: JsonObject,
  ): Promise<void> {
    await this.ledger.write({
      id: newId(),
      companyId,
      kind,
      actor: `extension:${number}`,
      at: clock.iso(),
      data: { extensionId: id, ...data },
    });
  }
}
