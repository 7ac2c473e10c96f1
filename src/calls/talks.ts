import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Notifications, type Notices } from '../database/notifications.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerWrite } from '../ledger/ledger-write.js';
import type { AnsweredData, EndedData, HandedOverData } from './call-ledger.js';
import { ControlPlanes } from './control-planes.js';
import { LiveCalls } from './live-calls.js';

/** Tells the other control planes who talks here, and hears who talks there: "longest idle" is over all of them. */
@Injectable()
export class Talks {
  constructor(
    ledger: Ledger,
    private readonly notifications: Notifications,
    private readonly liveCalls: LiveCalls,
    private readonly planes: ControlPlanes,
    private readonly database: Database,
  ) {
    ledger.events.on('written', ({ write }) => this.tell(write));
    notifications.on('talks', {
      heard: (notice) => this.hear(notice),
      missed: () => this.readAnew(),
    });
  }

  private async tell({ kind, callId, at, data }: LedgerWrite): Promise<void> {
    if (!callId) return;
    if (kind === 'call.answered') {
      const { extensionId } = data as unknown as AnsweredData;
      await this.notifications.share('talks', { callId, extensionId });
    }
    if (kind === 'call.handed-over') {
      const { toExtensionId } = data as unknown as HandedOverData;
      await this.notifications.share('talks', { callId, extensionId: toExtensionId });
    }
    if (kind === 'call.ended' && (data as unknown as EndedData).outcome === 'answered') {
      this.liveCalls.endedElsewhere(callId, Date.parse(at)); // where it was adopted from a dead control plane
      await this.notifications.share('talks', { callId, endedAt: at });
    }
  }

  private hear({ callId, extensionId, endedAt }: Notices['talks']): void {
    if (extensionId) this.liveCalls.answeredElsewhere(callId, extensionId);
    if (endedAt) this.liveCalls.endedElsewhere(callId, Date.parse(endedAt));
  }

  private async readAnew(): Promise<void> {
    const talking = await this.database.transaction('*', (tx) =>
      tx.query<{ callId: string; extensionId: string }[]>(
        `SELECT id AS "callId", manager_extension_id AS "extensionId" FROM call
         WHERE ended_at IS NULL AND control_plane_id <> $1 AND manager_extension_id IS NOT NULL`,
        [this.planes.id],
      ),
    );
    this.liveCalls.talkElsewhere(talking);
  }
}
