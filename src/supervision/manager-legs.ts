import { Injectable } from '@nestjs/common';
import { LiveCalls } from '../calls/live-calls.js';
import { Database } from '../database/database.js';
import type { MediaServer } from '../media/media-server.js';
import { MediaServers } from '../media/media-servers.js';

/** Where the manager's leg of a call is, at whichever control plane the call is. */
@Injectable()
export class ManagerLegs {
  constructor(
    private readonly liveCalls: LiveCalls,
    private readonly mediaServers: MediaServers,
    private readonly database: Database,
  ) {}

  /** @returns undefined where the call has none now: it ended, or its parties are being joined anew */
  async find(companyId: string, callId: string): Promise<{ uuid: string; server: MediaServer } | undefined> {
    const own = this.liveCalls.get(callId);
    const uuid = own ? own.talk?.manager.leg.uuid : await this.noted(companyId, callId);
    const server = uuid ? await this.mediaServers.holding(uuid) : undefined;
    return uuid && server ? { uuid, server } : undefined;
  }

  private async noted(companyId: string, callId: string): Promise<string | undefined> {
    const [row] = await this.database.transaction(companyId, (tx) =>
      tx.query<{ leg: string | null }[]>(
        `SELECT live->>'managerLeg' AS leg FROM call WHERE id = $1 AND ended_at IS NULL`,
        [callId],
      ),
    );
    return row?.leg ?? undefined;
  }
}
