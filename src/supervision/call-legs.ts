import { Injectable } from '@nestjs/common';
import { LiveCalls } from '../calls/live-calls.js';
import { Database } from '../database/database.js';
import type { MediaServer } from '../media/media-server.js';
import { MediaServers } from '../media/media-servers.js';

/** The legs of a call's two parties, by their uuids, and the media server that has them. */
export interface PartyLegs {
  manager: string;
  client: string;
  server: MediaServer;
}

/** Where the legs of those who talk are, at whichever control plane the call is. */
@Injectable()
export class CallLegs {
  constructor(
    private readonly liveCalls: LiveCalls,
    private readonly mediaServers: MediaServers,
    private readonly database: Database,
  ) {}

  /** @returns undefined where the call has none now: it ended, or its parties are being joined anew */
  async find(companyId: string, callId: string): Promise<PartyLegs | undefined> {
    const own = this.liveCalls.get(callId);
    const { talk } = own ?? {};
    const legs = own
      ? talk && { manager: talk.manager.leg.uuid, client: talk.client.leg.uuid }
      : await this.noted(companyId, callId);
    const server = legs?.manager ? await this.mediaServers.holding(legs.manager) : undefined;
    return legs && server && { ...legs, server };
  }

  private async noted(companyId: string, callId: string): Promise<Omit<PartyLegs, 'server'> | undefined> {
    const [row] = await this.database.transaction(companyId, (tx) =>
      tx.query<Omit<PartyLegs, 'server'>[]>(
        `SELECT COALESCE(live->>'managerLeg', '') AS manager, COALESCE(live->>'clientLeg', '') AS client
           FROM call WHERE id = $1 AND ended_at IS NULL`,
        [callId],
      ),
    );
    return row;
  }
}
