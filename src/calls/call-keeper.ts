import { Injectable } from '@nestjs/common';
import type { ClientView } from '../clients/client-directory.js';
import { log } from '../common/log.js';
import type { LegLoss } from '../media/media-leg.js';
import { MediaServers } from '../media/media-servers.js';
import { Dialogs } from '../sip/dialogs.js';
import type { OrphanDialog } from '../sip/orphan-dialog.js';
import type { Call } from './call.entity.js';
import { CallLedger } from './call-ledger.js';
import { CallLife } from './call-life.js';
import { CallRecording } from './call-recording.js';
import { Conversation } from './conversation.js';
import { LiveCall, type LiveParts, type PendingParts } from './live-call.js';

/**
 * Keeps the conversations of a control plane that is no more. Their audio never stopped; what is missing is somebody
 * who notices their end (OrphanDialog, LeftChannel), lets the other party go, and writes it.
 */
@Injectable()
export class CallKeeper {
  constructor(
    private readonly mediaServers: MediaServers,
    private readonly dialogs: Dialogs,
    private readonly conversation: Conversation,
    private readonly callLedger: CallLedger,
    private readonly life: CallLife,
    private readonly recording: CallRecording,
  ) {}

  /** @returns false where the parties do not talk any more: nothing was done then */
  async keep(row: Call, view: ClientView | undefined): Promise<boolean> {
    const { live, answeredAt, managerExtensionId: extensionId, recordingId } = row;
    if (!talks(live) || !answeredAt || !extensionId) return false;
    if (!live.clientDialogId || !live.managerDialogId) return false;
    const server = await this.mediaServers.joining(live.clientLeg, live.managerLeg);
    if (!server) return false;
    const dialogs = [live.clientDialogId, live.managerDialogId].map((id) => this.dialogs.takeOver(id));
    const [client, manager] = dialogs;
    const areThere = await Promise.all(dialogs.map((dialog) => dialog.isThere()));
    if (!client || !manager || areThere.includes(false)) {
      for (const dialog of dialogs) dialog.release();
      return false;
    }
    const call = new LiveCall({
      companyId: row.companyId,
      direction: row.direction,
      companyNumber: row.companyNumber ?? undefined,
      callerKind: row.callerKind,
      found: { id: row.id, startedAt: row.startedAt.toISOString() },
    });
    call.client = view;
    call.answered = { at: answeredAt.toISOString(), extensionId };
    if (recordingId) await this.recording.takeOver(call, recordingId);
    const parties = {
      client: { dialog: client, leg: server.takeOver(live.clientLeg) },
      manager: { dialog: manager, leg: server.takeOver(live.managerLeg), extensionId },
    };
    for (const { dialog, leg } of [parties.client, parties.manager]) {
      call.atEnd(() => dialog.bye());
      call.atEnd(() => leg.end());
    }
    log('calls').warn({ callId: call.id }, 'a conversation of a lost control plane goes on');
    void this.life.run(call, undefined, async () => {
      call.changed({ kind: 'began' });
      this.conversation.resume(call, parties);
      for (const dialog of dialogs) dialog.watch();
      for (const { leg } of [parties.client, parties.manager]) {
        leg.onLost((loss) => {
          const isParty = call.talk?.client.leg === leg || call.talk?.manager.leg === leg;
          if (isParty) void this.lost(call, loss, dialogs);
        });
      }
      await this.callLedger.kept(call);
      await call.untilOver();
    });
    return true;
  }

  /**
   * A leg that is hung up was so by whoever had it before, where that one was only stopped and goes on: then a party
   * has gone. @param dialogs of both
   */
  private async lost(call: LiveCall, loss: LegLoss, dialogs: readonly OrphanDialog[]): Promise<void> {
    if (loss === 'hung-up') await Promise.all(dialogs.map((dialog) => dialog.ask()));
    call.end(loss === 'no-audio' ? 'no-audio' : 'media-server-lost'); // nothing where a party's going has ended it
  }
}

export const talks = (live: LiveParts | PendingParts | null): live is LiveParts =>
  live !== null && 'clientLeg' in live;
