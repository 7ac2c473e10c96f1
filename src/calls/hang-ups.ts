import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Notifications } from '../database/notifications.js';
import { NotFound } from '../http/problem.js';
import type { ExtensionConfig } from '../provisioning/config.js';
import type { LiveCall } from './live-call.js';
import { LiveCalls } from './live-calls.js';

/** Managers end their calls from elsewhere than the phone, whichever control plane has the call. */
@Injectable()
export class HangUps {
  constructor(
    private readonly liveCalls: LiveCalls,
    private readonly database: Database,
    private readonly notifications: Notifications,
  ) {
    notifications.on('hang-ups', {
      heard: ({ callId, extensionId }) => void this.endHere(callId, extensionId),
      missed: () => undefined, // whoever asked sees that the call goes on
    });
    notifications.on('crossings', {
      heard: ({ callId, joinedTo }) => this.meetElsewhere(callId, joinedTo),
      missed: () => undefined, // the client's phone is busy then, as he is
    });
  }

  /** @throws NotFound for a call that is over, or is not this extension's */
  async end({ id, companyId }: ExtensionConfig, callId: string): Promise<void> {
    if (this.endHere(callId, id)) return;
    const [elsewhere] = await this.database.transaction(companyId, (tx) =>
      tx.query<object[]>(
        'SELECT id FROM call WHERE id = $1 AND manager_extension_id = $2 AND ended_at IS NULL',
        [callId, id],
      ),
    );
    if (!elsewhere) throw new NotFound('call of yours that goes on');
    await this.notifications.send('hang-ups', { callId, extensionId: id });
  }

  /** The client calls in at another control plane, which rings this call's manager for him. */
  private meetElsewhere(callId: string, joinedTo: string): void {
    const call = this.liveCalls.get(callId);
    if (!call || call.answered) return;
    call.joinedTo = joinedTo;
    call.end('joined-elsewhere');
  }

  private endHere(callId: string, extensionId: string): boolean {
    const call = this.liveCalls.get(callId);
    if (!call || !managersOf(call).includes(extensionId)) return false;
    if (!call.answered) call.end('manager-gave-up');
    else call.end(isColleague(call, extensionId) ? 'colleague-hung-up' : 'manager-hung-up');
    return true;
  }
}

function managersOf({ direction, talk, fromExtensionId }: LiveCall): (string | undefined)[] {
  if (direction === 'internal') return [fromExtensionId, talk?.manager.extensionId];
  return [talk?.manager.extensionId ?? fromExtensionId];
}

const isColleague = ({ direction, fromExtensionId }: LiveCall, extensionId: string): boolean =>
  direction === 'internal' && fromExtensionId !== extensionId;
