import { Injectable } from '@nestjs/common';
import type { ReachableClient } from '../clients/client-directory.js';
import { MediaServers } from '../media/media-servers.js';
import type { DeviceInvite } from '../sip/inbound-invite.js';
import { answer, endWithLeg } from './answering.js';
import { CallLedger, type DialledBy } from './call-ledger.js';
import { ClientDialer } from './client-dialer.js';
import { Conversation } from './conversation.js';
import { LiveCall } from './live-call.js';
import { LiveCalls } from './live-calls.js';
import { OutboundNumbers } from './outbound-numbers.js';
import { endFailed, refuseWaiting } from './unanswered.js';

/** One call that a manager's device makes to a client, from INVITE to BYE. */
@Injectable()
export class OutboundCallHandler {
  constructor(
    private readonly callLedger: CallLedger,
    private readonly liveCalls: LiveCalls,
    private readonly mediaServers: MediaServers,
    private readonly clientDialer: ClientDialer,
    private readonly conversation: Conversation,
    private readonly numbers: OutboundNumbers,
  ) {}

  /** Takes a device's INVITE to its end; it is written before the client's phone rings. */
  async handle(invite: DeviceInvite, client: ReachableClient, by: DialledBy): Promise<void> {
    const { extension } = invite;
    const call = new LiveCall({
      companyId: extension.companyId,
      direction: 'outbound',
      fromExtensionId: extension.id,
      companyNumber: this.numbers.shownTo(client, extension.companyId),
    });
    call.client = client;
    this.liveCalls.add(call);
    invite.cancelled.addEventListener('abort', () => call.end('manager-gave-up'));
    try {
      await this.callLedger.dialled(call, {
        extension,
        clientId: client.id,
        companyNumber: call.companyNumber ?? '',
        by,
        callerTrace: invite.trace,
      });
      call.changed({ kind: 'began' });
      await this.converse(call, invite, client);
    } catch (error) {
      endFailed(call, error);
    } finally {
      if (!call.answered) refuseWaiting(call, invite);
      await Promise.all([this.callLedger.ended(call), call.close()]);
      this.liveCalls.remove(call);
    }
  }

  private async converse(call: LiveCall, invite: DeviceInvite, client: ReachableClient): Promise<void> {
    const server = this.mediaServers.choose();
    const [managerLeg, offered, number] = await Promise.all([
      invite.offer ? server.receive(invite.offer) : server.offer().then(({ leg }) => leg),
      server.offer(),
      this.numbers.of(client, call.companyId),
    ]);
    const clientLeg = offered.leg;
    for (const leg of [managerLeg, clientLeg]) endWithLeg(call, leg);
    if (call.over.aborted) return;
    if (invite.offer) invite.progress(managerLeg.sdp);

    const dialog = await this.clientDialer.dial(call, number, {
      managerLeg,
      clientLeg,
      offer: offered.offer,
    });
    await this.conversation.begin(call, {
      client: { leg: clientLeg, dialog: Promise.resolve(dialog) },
      manager: {
        leg: managerLeg,
        dialog: answer(call, invite, managerLeg, 'manager'),
        extensionId: invite.extension.id,
      },
      joinable: Promise.resolve(),
    });
    await call.untilOver();
  }
}
