import { Injectable } from '@nestjs/common';
import type { ReachableClient } from '../clients/client-directory.js';
import { AppError } from '../common/app-error.js';
import type { PhoneNumber } from '../common/phone-number.js';
import type { DeviceKind } from '../contracts/calls.js';
import type { MediaServer } from '../media/media-server.js';
import { MediaServers } from '../media/media-servers.js';
import { OfferedLegs } from '../media/offered-legs.js';
import type { ExtensionConfig } from '../provisioning/config.js';
import { endWith, endWithLeg } from './answering.js';
import { CallLife } from './call-life.js';
import { ClientReach } from './client-reach.js';
import { DialLedger } from './dial-ledger.js';
import { LiveCall } from './live-call.js';
import { ManagerDialer, untaken, type Rung } from './manager-dialer.js';
import { OutboundNumbers } from './outbound-numbers.js';
import type { WaitingManager } from './waiting-manager.js';

/** How long the manager's own devices ring. */
const PICK_UP_MS = 30_000;

/** A call that a manager asks for on a web page: his own device rings first, then the client's phone. */
@Injectable()
export class ClickCallHandler {
  constructor(
    private readonly life: CallLife,
    private readonly dialLedger: DialLedger,
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
    const { number, forbidden } = await this.numbers.of(client, extension.companyId);
    const written = this.dialLedger.dialled(call, {
      extension,
      clientId: client.id,
      by: 'click',
      callerTrace: null,
      ...(forbidden && { forbidden }),
    });
    void this.life.run(call, undefined, async () => {
      await written;
      call.changed({ kind: 'began' });
      await this.converse(call, extension, number, device);
    });
    await written;
    return call;
  }

  private async converse(
    call: LiveCall,
    extension: ExtensionConfig,
    number: PhoneNumber,
    device?: DeviceKind,
  ): Promise<void> {
    const server = this.mediaServers.choose();
    const legs = new OfferedLegs(server, (leg) => endWithLeg(call, leg));
    const [forClient] = await Promise.all([
      server.offer(),
      legs.offers(this.managers.mediaOf([extension.id], device)),
    ]);
    endWithLeg(call, forClient.leg);
    if (call.over.aborted) return;
    const outcome = await this.managers.ring(call, [extension.id], {
      legs,
      mobiles: true,
      timeoutMs: PICK_UP_MS,
      ...(device && { device }),
    });
    const manager = await pickedUp(call, outcome, server);
    await this.clientReach.reach(call, number, forClient, manager);
  }
}

/** The manager has taken his device up; without that the client's phone never rings. @throws AppError why not */
async function pickedUp(call: LiveCall, outcome: Rung, server: MediaServer): Promise<WaitingManager> {
  if (!outcome.answeredBy) throw new AppError(untaken(outcome, 'manager'), 'the manager did not take it');
  const { answeredBy, dialog, leg, joinable } = outcome;
  call.atEnd(() => dialog.bye(), dialog);
  dialog.onBye(({ by }) => call.end(by === 'remote' ? 'manager-gave-up' : 'dialog-timed-out'));
  endWithLeg(call, leg);
  await joinable;
  return {
    extensionId: answeredBy.extensionId,
    leg,
    server,
    dialogId: dialog.stackDialogId,
    dialog: () => Promise.resolve(dialog),
    moveTo: (other) => {
      call.release(leg, dialog);
      endWithLeg(other, leg);
      endWith(other, dialog, 'manager');
      return Promise.resolve(dialog);
    },
  };
}
