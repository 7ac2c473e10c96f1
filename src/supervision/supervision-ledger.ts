import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { SupervisionMode } from '../contracts/live.js';
import { Ledger } from '../ledger/ledger.js';
import type { Supervisor } from './supervisor.js';
import type { WatchedCall } from './watched-call.js';

type Kind = 'supervision.started' | 'supervision.changed' | 'supervision.ended' | 'supervision.refused';

/** Who takes part in a call, and how: each start, change and end. */
@Injectable()
export class SupervisionLedger {
  constructor(private readonly ledger: Ledger) {}

  /** Resolves when it is on disk. */
  async write(
    kind: Kind,
    supervisor: Supervisor,
    call: WatchedCall,
    data: { mode?: SupervisionMode; reason?: string },
  ): Promise<void> {
    await this.ledger.write({
      id: newId(),
      companyId: supervisor.companyId,
      kind,
      at: clock.iso(),
      callId: call.view.id,
      ...(call.view.client && { clientId: call.view.client.id }),
      actor: `user:${supervisor.id}`,
      data: { extensionId: supervisor.extension.id, ...data },
    });
  }
}
