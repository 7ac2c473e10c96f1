import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { ringbackOf } from '../media/country.js';
import { MediaServers } from '../media/media-servers.js';
import { OfferedLegs } from '../media/offered-legs.js';
import type { ExtensionConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { DeviceInvite } from '../sip/inbound-invite.js';
import { answer, endWith, endWithLeg } from './answering.js';
import type { EndingName } from './call-endings.js';
import { CallLife } from './call-life.js';
import { Conversation } from './conversation.js';
import { DialLedger } from './dial-ledger.js';
import { LiveCall } from './live-call.js';
import { ManagerDialer, untaken } from './manager-dialer.js';

/** How long a colleague's devices ring. */
const RING_MS = 45_000;

/**
 * A call from one extension to another. The caller stands where the client does in other calls, the colleague whom he
 * calls where the manager does: a recording has the caller on its left channel.
 */
@Injectable()
export class InternalCallHandler {
  constructor(
    private readonly life: CallLife,
    private readonly dialLedger: DialLedger,
    private readonly mediaServers: MediaServers,
    private readonly managers: ManagerDialer,
    private readonly conversation: Conversation,
    private readonly provisioning: Provisioning,
  ) {}

  /** Takes a device's INVITE to its end; it is written before the colleague's devices ring. */
  async handle(invite: DeviceInvite, colleague: ExtensionConfig): Promise<void> {
    const { extension } = invite;
    const call = new LiveCall({
      companyId: extension.companyId,
      direction: 'internal',
      fromExtensionId: extension.id,
    });
    invite.cancelled.addEventListener('abort', () => call.end('manager-gave-up'));
    await this.life.run(call, invite, async () => {
      await this.dialLedger.dialled(call, {
        extension,
        toExtensionId: colleague.id,
        by: 'extension',
        callerTrace: invite.trace,
      });
      call.changed({ kind: 'began' });
      await this.converse(call, invite, colleague);
    });
  }

  private async converse(call: LiveCall, invite: DeviceInvite, colleague: ExtensionConfig): Promise<void> {
    if (this.managers.mediaOf([colleague.id]).length === 0) throw unreached('colleague-not-reachable');
    const server = this.mediaServers.choose();
    const legs = new OfferedLegs(server, (leg) => endWithLeg(call, leg));
    const [callerLeg] = await Promise.all([
      invite.offer ? server.receive(invite.offer) : server.offer().then(({ leg }) => leg),
      legs.offers(this.managers.mediaOf([colleague.id])),
    ]);
    endWithLeg(call, callerLeg);
    if (call.over.aborted) return;
    if (invite.offer) invite.progress(callerLeg.sdp);

    const country = this.provisioning.snapshot.companies.get(call.companyId)?.country ?? '';
    void callerLeg.playTone(ringbackOf(country));
    const { number, name } = invite.extension;
    const outcome = await this.managers.ring(call, [colleague.id], {
      legs,
      timeoutMs: RING_MS,
      shown: { user: number, displayName: name },
      onRinging: () => invite.progress(),
    });
    if (!outcome.answeredBy) throw unreached(untaken(outcome, 'colleague'));
    const { dialog, leg, joinable } = outcome;
    endWith(call, dialog, 'manager');
    await this.conversation.begin(call, {
      client: { leg: callerLeg, dialog: answer(call, invite, callerLeg, 'client') },
      manager: { leg, dialog: Promise.resolve(dialog), extensionId: colleague.id },
      joinable,
      dialled: { clientDialogId: null, managerDialogId: dialog.stackDialogId },
    });
    await call.untilOver();
  }
}

const unreached = (ending: EndingName): AppError => new AppError(ending, 'the colleague did not take it');
