import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { MediaServers } from '../media/media-servers.js';
import { Dialogs } from '../sip/dialogs.js';
import type { Refer } from '../sip/refer.js';
import type { ReplacedDialog } from '../sip/replaces.js';
import { Conversation } from './conversation.js';
import { noteTaken, type LiveCall } from './live-call.js';
import { LiveCalls } from './live-calls.js';
import { shownToManagers } from './manager-dialer.js';
import type { ManagerParty } from './party.js';
import type { TransferRefusal } from './talk-ledger.js';

/** The call between two colleagues in which one tells the other of the client. */
interface Consultation {
  call: LiveCall;
  colleague: ManagerParty;
}

/**
 * A client is passed on to a colleague whom the manager has asked first (RFC 5589 §7): the colleague's dialog of their
 * consultation becomes the client's call's, and the consultation ends.
 */
@Injectable()
export class AttendedTransfer {
  constructor(
    private readonly conversation: Conversation,
    private readonly mediaServers: MediaServers,
    private readonly dialogs: Dialogs,
    private readonly liveCalls: LiveCalls,
  ) {}

  /** @returns why it is refused; undefined where the colleague has the client */
  async transfer(
    call: LiveCall,
    manager: ManagerParty,
    replaced: ReplacedDialog,
    refer: Refer,
  ): Promise<TransferRefusal | undefined> {
    const found = this.consultation(call, manager, replaced);
    if (typeof found === 'string') return found;
    const { call: consultation, colleague } = found;
    const next = await this.besideClient(call, colleague);
    if (call.talk?.manager !== manager || consultation.over.aborted) return 'no-such-dialog';

    refer.accept();
    consultation.talk = undefined; // whoever goes from here on ends nothing
    consultation.release(colleague.dialog, colleague.leg);
    refer.notify(200);
    noteTaken(call, colleague.extensionId);
    try {
      await this.conversation.handOver(call, next, call.talk, refer.told());
    } finally {
      // Not before: a media server hangs up on a leg whose partner ends, and the colleague's was the manager's partner.
      consultation.end('joined-by-transfer');
    }
    if (next.leg !== colleague.leg) await colleague.leg.end();
    void this.showClient(call, next);
    return undefined;
  }

  /** Both dialogs are the same manager's, and the other one is with a colleague. */
  private consultation(
    call: LiveCall,
    { extensionId }: ManagerParty,
    replaced: ReplacedDialog,
  ): Consultation | TransferRefusal {
    const dialog = this.dialogs.find(replaced);
    const consultation = [...this.liveCalls.all()].find(
      ({ talk }) => dialog && (talk?.client.dialog === dialog || talk?.manager.dialog === dialog),
    );
    const { talk, fromExtensionId } = consultation ?? {};
    if (!consultation || !talk || consultation === call) return 'no-such-dialog';
    const { direction, companyId } = consultation;
    if (direction !== 'internal' || companyId !== call.companyId || !fromExtensionId)
      return 'not-a-colleague';
    const caller: ManagerParty = { ...talk.client, extensionId: fromExtensionId };
    const [own, colleague] = talk.client.dialog === dialog ? [caller, talk.manager] : [talk.manager, caller];
    return own.extensionId === extensionId ? { call: consultation, colleague } : 'not-a-colleague';
  }

  /** The colleague on the client's media server; nothing changes for him where he is there already. */
  private async besideClient(call: LiveCall, colleague: ManagerParty): Promise<ManagerParty> {
    await colleague.leg.stopRecording(); // of the consultation, where that is recorded on his leg
    const { client } = call.talk ?? {};
    if (!client) return colleague;
    const server = this.mediaServers.of(client.leg);
    if (server.has(colleague.leg)) return colleague;
    const { dialog } = colleague;
    const leg = await server.replace(dialog.remoteSdp, (offer) => dialog.modify(offer));
    return { ...colleague, leg };
  }

  /** His phone shows who is on the line now, where it can: the client's code and name, never a number (RFC 3325 §9.1). */
  private async showClient(call: LiveCall, { dialog }: ManagerParty): Promise<void> {
    try {
      await dialog.identify(shownToManagers(call));
    } catch (error) {
      log('calls').debug({ callId: call.id, error: messageOf(error) }, 'a phone does not take the new name');
    }
  }
}
