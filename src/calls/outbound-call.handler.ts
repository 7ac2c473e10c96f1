import { Injectable } from '@nestjs/common';
import type { ReachableClient } from '../clients/client-directory.js';
import { MediaServers } from '../media/media-servers.js';
import type { DeviceInvite } from '../sip/inbound-invite.js';
import { answer, endWithLeg } from './answering.js';
import { CallLedger, type DialledBy } from './call-ledger.js';
import { CallLife } from './call-life.js';
import { ClientReach } from './client-reach.js';
import { LiveCall } from './live-call.js';
import { OutboundNumbers } from './outbound-numbers.js';

/** One call that a manager's device makes to a client, from INVITE to BYE. */
@Injectable()
export class OutboundCallHandler {
  constructor(
    private readonly life: CallLife,
    private readonly callLedger: CallLedger,
    private readonly mediaServers: MediaServers,
    private readonly numbers: OutboundNumbers,
    private readonly clientReach: ClientReach,
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
    invite.cancelled.addEventListener('abort', () => call.end('manager-gave-up'));
    await this.life.run(call, invite, async () => {
      await this.callLedger.dialled(call, { extension, clientId: client.id, by, callerTrace: invite.trace });
      call.changed({ kind: 'began' });
      await this.converse(call, invite, client);
    });
  }

  private async converse(call: LiveCall, invite: DeviceInvite, client: ReachableClient): Promise<void> {
    const server = this.mediaServers.choose();
    const [managerLeg, offered] = await Promise.all([
      invite.offer ? server.receive(invite.offer) : server.offer().then(({ leg }) => leg),
      server.offer(),
    ]);
    for (const leg of [managerLeg, offered.leg]) endWithLeg(call, leg);
    if (call.over.aborted) return;
    if (invite.offer) invite.progress(managerLeg.sdp);
    await this.clientReach.reach(call, client, offered, {
      extensionId: invite.extension.id,
      leg: managerLeg,
      dialog: () => answer(call, invite, managerLeg, 'manager'),
    });
  }
}
