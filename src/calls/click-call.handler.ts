import { Injectable } from '@nestjs/common';
import type { ReachableClient } from '../clients/client-directory.js';
import { AppError } from '../common/app-error.js';
import type { DeviceKind } from '../contracts/calls.js';
import { MediaServers } from '../media/media-servers.js';
import type { ExtensionConfig } from '../provisioning/config.js';
import type { DialOutcome } from '../sip/leg-dialer.js';
import { endWithLeg } from './answering.js';
import { CallLedger } from './call-ledger.js';
import { CallLife } from './call-life.js';
import { ClientReach, type WaitingManager } from './client-reach.js';
import { LiveCall } from './live-call.js';
import { ManagerDialer, untaken } from './manager-dialer.js';
import { OutboundNumbers } from './outbound-numbers.js';

/** How long the manager's own devices ring. */
const PICK_UP_MS = 30_000;

/** A call that a manager asks for on a web page: his own device rings first, then the client's phone. */
@Injectable()
export class ClickCallHandler {
  constructor(
    private readonly life: CallLife,
    private readonly callLedger: CallLedger,
    private readonly mediaServers: MediaServers,
    private readonly managers: ManagerDialer,
    private readonly numbers: OutboundNumbers,
    private readonly clientReach: ClientReach,
  ) {}

  /**
   * Writes the call down and rings the manager; the rest goes its way (LiveCalls.events).
   * @throws AppError where the call is not made; the ending's name is its code
   */
  async start(extension: ExtensionConfig, client: ReachableClient, device?: DeviceKind): Promise<LiveCall> {
    const call = new LiveCall({
      companyId: extension.companyId,
      direction: 'outbound',
      fromExtensionId: extension.id,
      companyNumber: this.numbers.shownTo(client, extension.companyId),
    });
    call.client = client;
    const written = this.callLedger.dialled(call, {
      extension,
      clientId: client.id,
      by: 'click',
      callerTrace: null,
    });
    void this.life.run(call, undefined, async () => {
      await written;
      call.changed({ kind: 'began' });
      await this.converse(call, extension, client, device);
    });
    await written;
    return call;
  }

  private async converse(
    call: LiveCall,
    extension: ExtensionConfig,
    client: ReachableClient,
    device?: DeviceKind,
  ): Promise<void> {
    const server = this.mediaServers.choose();
    const [forManager, forClient] = await Promise.all([server.offer(), server.offer()]);
    for (const { leg } of [forManager, forClient]) endWithLeg(call, leg);
    if (call.over.aborted) return;
    const outcome = await this.managers.ring(call, [extension.id], {
      offer: forManager.offer,
      timeoutMs: PICK_UP_MS,
      ...(device && { device }),
    });
    const manager = await pickedUp(call, outcome, forManager.leg);
    await this.clientReach.reach(call, client, forClient, manager);
  }
}

/** The manager has taken his device up; without that the client's phone never rings. @throws AppError why not */
async function pickedUp(
  call: LiveCall,
  outcome: DialOutcome,
  leg: WaitingManager['leg'],
): Promise<WaitingManager> {
  if (!outcome.answeredBy) throw new AppError(untaken(outcome, 'manager'), 'the manager did not take it');
  const { answeredBy, dialog } = outcome;
  call.atEnd(() => dialog.bye());
  dialog.onBye(({ by }) => call.end(by === 'remote' ? 'manager-gave-up' : 'dialog-timed-out'));
  await leg.modify(dialog.remoteSdp);
  return { extensionId: answeredBy.extensionId, leg, dialog: () => Promise.resolve(dialog) };
}
