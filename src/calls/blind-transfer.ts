import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import { languageOf, ringbackOf } from '../media/country.js';
import { MediaServers } from '../media/media-servers.js';
import { OfferedLegs } from '../media/offered-legs.js';
import { isAway } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { RoutePlan } from '../routing/route-plan.js';
import { planInbound, planTransfer, type TransferTo } from '../routing/router.js';
import type { Refer } from '../sip/refer.js';
import { endWithLeg } from './answering.js';
import { ENDINGS } from './call-endings.js';
import { Conversation, type Parted } from './conversation.js';
import type { LiveCall } from './live-call.js';
import { LiveCalls } from './live-calls.js';
import { PlanWalker } from './plan-walker.js';
import { TalkLedger } from './talk-ledger.js';
import { managerOf, type Taken } from './taken.js';

/** A phone may hang up right after our 202, without waiting for the outcome: that BYE is given so long, ms. */
const CROSSING_BYE_MS = 1_500;

/**
 * A client is passed on to colleagues unannounced (RFC 5589 §6). Where nobody takes him he comes back: to the manager
 * who passed him on, and where that one does not answer either, to whoever is rung for the number he dialled.
 */
@Injectable()
export class BlindTransfer {
  constructor(
    private readonly conversation: Conversation,
    private readonly walker: PlanWalker,
    private readonly mediaServers: MediaServers,
    private readonly provisioning: Provisioning,
    private readonly ledger: TalkLedger,
    private readonly liveCalls: LiveCalls,
  ) {}

  /**
   * Resolves when somebody has the client, or the call is over.
   * @param label of `to`, for the ledger
   * @throws AppError with an ending's name as its code
   */
  async transfer(call: LiveCall, to: TransferTo, label: string, refer: Refer): Promise<void> {
    // Parted before the 202 goes out: the manager's BYE may be a packet behind it.
    const parting = this.conversation.part(call, 'client-left-in-transfer');
    const acceptedAt = clock.monotonic();
    refer.accept();
    const parted = await parting;
    await this.ledger.transferBegun(call, parted.manager.extensionId, label);
    const legs = new OfferedLegs(this.mediaServers.of(parted.client.leg), (leg) => endWithLeg(call, leg));

    call.unansweredBecause = undefined; // what was before the talk
    const plan = planTransfer(this.provisioning.snapshot, to, this.managers);
    const taken = await this.ring(call, plan, parted, legs, () => refer.notify(180));
    const why = call.unansweredBecause ?? 'nobody-registered';
    refer.notify(taken ? 200 : call.over.aborted ? 487 : ENDINGS[why].sipStatus);
    if (taken) return this.takeOver(call, taken, parted, legs, refer.told());
    if (call.over.aborted) return;
    await this.ledger.transferFailed(call, parted.manager.extensionId, why);
    await Promise.race([parted.left, pause(Math.max(0, acceptedAt + CROSSING_BYE_MS - clock.monotonic()))]);
    await this.comeBack(call, parted, legs);
  }

  private async comeBack(call: LiveCall, parted: Parted, legs: OfferedLegs): Promise<void> {
    const { manager } = parted;
    if (!manager.dialog.isOver) {
      legs.endAllBut();
      return this.conversation.handOver(call, manager, parted);
    }
    const { snapshot } = this.provisioning;
    const companyNumber =
      call.direction === 'inbound' ? snapshot.companyNumbers.get(call.companyNumber ?? '') : undefined;
    const plan: RoutePlan = [
      ...planTransfer(snapshot, { extensionId: manager.extensionId }, this.managers),
      ...(companyNumber
        ? planInbound(snapshot, {
            companyNumber: { ...companyNumber, greeting: null },
            assignedExtensionId: null,
            isFree: () => true,
            ...this.managers,
            mayBeRecorded: false, // he has heard it, if he is
          })
        : [{ do: 'announce', prompt: 'nobody-available' } as const]),
    ];
    const taken = await this.ring(call, plan, parted, legs);
    if (taken) return this.takeOver(call, taken, parted, legs);
    call.end('transfer-failed');
  }

  private ring(
    call: LiveCall,
    plan: RoutePlan,
    { client }: Parted,
    legs: OfferedLegs,
    onRinging: () => void = () => undefined,
  ): Promise<Taken | undefined> {
    const country = this.provisioning.snapshot.companies.get(call.companyId)?.country ?? '';
    return this.walker.walk(call, plan, {
      clientLeg: client.leg,
      legs,
      ringback: ringbackOf(country),
      language: languageOf(country),
      onRinging,
    });
  }

  private async takeOver(
    call: LiveCall,
    taken: Taken,
    parted: Parted,
    legs: OfferedLegs,
    told?: Promise<void>,
  ): Promise<void> {
    const { manager, joinable } = managerOf(call, taken, legs);
    const [dialog] = await Promise.all([manager.dialog, joinable]);
    await this.conversation.handOver(call, { ...manager, dialog }, parted, told);
  }

  private readonly managers = {
    idleSince: (extensionId: string) => this.liveCalls.idleSince(extensionId),
    isAway: (extensionId: string) =>
      isAway(this.provisioning.snapshot.extensions.get(extensionId), clock.now()),
  };
}
