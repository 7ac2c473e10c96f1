import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import type { MediaLeg } from '../media/media-leg.js';
import type { MediaServer } from '../media/media-server.js';
import { MediaServers } from '../media/media-servers.js';
import { OfferedLegs } from '../media/offered-legs.js';
import { languageOf, ringbackOf } from '../media/country.js';
import { isAway } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { RoutePlan } from '../routing/route-plan.js';
import { mayBeRecorded } from '../routing/recording-rule.js';
import { planInbound } from '../routing/router.js';
import type { InboundInvite } from '../sip/inbound-invite.js';
import { answer, endWithLeg } from './answering.js';
import { CallLedger } from './call-ledger.js';
import { recordingQuestionOf } from './call-recording.js';
import { Conversation } from './conversation.js';
import { LiveCall } from './live-call.js';
import { LiveCalls } from './live-calls.js';
import { PlanWalker } from './plan-walker.js';
import { managerOf } from './taken.js';
import type { WaitingManager } from './waiting-manager.js';
import { endFailed, refuseWaiting } from './unanswered.js';

/** On a media server: the caller's leg, and those that whoever takes his call will be offered. */
interface Ready {
  server: MediaServer;
  clientLeg: MediaLeg;
  legs: OfferedLegs;
}

/** One inbound call, from INVITE to BYE. Read this first. */
@Injectable()
export class InboundCallHandler {
  constructor(
    private readonly callLedger: CallLedger,
    private readonly liveCalls: LiveCalls,
    private readonly mediaServers: MediaServers,
    private readonly provisioning: Provisioning,
    private readonly walker: PlanWalker,
    private readonly conversation: Conversation,
  ) {}

  /** Takes a named INVITE to its end: answered, missed, abandoned or refused, and written either way. */
  async handle(invite: InboundInvite): Promise<void> {
    const call = new LiveCall({
      companyId: invite.companyNumber.companyId,
      direction: 'inbound',
      companyNumber: invite.companyNumber.number,
      callerKind: invite.caller.kind,
    });
    this.liveCalls.add(call);
    invite.cancelled.addEventListener('abort', () => call.end('caller-gave-up'));
    try {
      // Legs on a media server ring nowhere: they are made while the ledger writes.
      const ready = this.makeReady(call, invite);
      ready.catch(() => undefined); // awaited below
      // Promise 1: written down before any response above 100 and before any phone is dialled.
      const { client, calledBy } = await this.callLedger.received(call, invite, this.stickyMinutes(invite));
      call.client = client;
      call.changed({ kind: 'began' });
      const manager = client && this.liveCalls.crossings.meet(client.id, call);
      if (manager) await this.join(call, invite, manager, ready);
      else await this.converse(call, invite, this.plan(call, invite, calledBy), await ready);
    } catch (error) {
      endFailed(call, error);
    } finally {
      if (!call.answered) refuseWaiting(call, invite);
      // Written at once: a phone that does not answer its BYE holds nothing up.
      await Promise.all([this.callLedger.ended(call), call.close()]);
      this.liveCalls.remove(call);
    }
  }

  private stickyMinutes({ companyNumber }: InboundInvite): number {
    const company = this.provisioning.snapshot.companies.get(companyNumber.companyId);
    return companyNumber.stickyMinutes ?? company?.stickyMinutes ?? 0;
  }

  /** The client calls in while a manager calls him: the two meet, and no phone rings. */
  private async join(
    call: LiveCall,
    invite: InboundInvite,
    manager: WaitingManager,
    ready: Promise<Ready>,
  ): Promise<void> {
    const now = clock.iso();
    const { extensionId, leg, server } = manager;
    const dialog = manager.moveTo(call);
    dialog.catch(() => undefined); // awaited below, where his leg stands
    const clientLeg = await this.clientLegOn(call, invite, server, await ready);
    if (call.over.aborted) return;
    call.rung.push({ extensionId, startedAt: now, answeredAt: now, sipStatus: 200 });
    await this.conversation.begin(call, {
      client: { leg: clientLeg, dialog: answer(call, invite, clientLeg, 'client') },
      manager: { leg, dialog, extensionId },
      joinable: dialog,
      dialled: { clientDialogId: null, managerDialogId: manager.dialogId ?? null },
    });
    await call.untilOver();
  }

  /** @param server where the manager waits: the leg has to be there too */
  private async clientLegOn(
    call: LiveCall,
    invite: InboundInvite,
    server: MediaServer,
    { server: here, legs, clientLeg }: Ready,
  ): Promise<MediaLeg> {
    legs.endAllBut();
    if (here === server) return clientLeg;
    void clientLeg.end();
    return this.clientLeg(call, server, invite);
  }

  /** @param calledBy the extension that calls this client at another control plane: it is rung first */
  private plan(call: LiveCall, invite: InboundInvite, calledBy?: string): RoutePlan {
    const { snapshot } = this.provisioning;
    return planInbound(snapshot, {
      companyNumber: invite.companyNumber,
      assignedExtensionId: calledBy ?? call.client?.assignedExtensionId ?? null,
      talkedExtensionId: call.client?.talkedExtensionId ?? null,
      isFree: (extensionId) => this.walker.canRing(extensionId) && !this.liveCalls.talks(extensionId),
      idleSince: (extensionId) => this.liveCalls.idleSince(extensionId),
      isAway: (extensionId) => isAway(snapshot.extensions.get(extensionId), clock.now()),
      mayBeRecorded: mayBeRecorded(snapshot, recordingQuestionOf(call)),
    });
  }

  /** As far as it can be known before the client is: for the phones of the company number's groups. */
  private async makeReady(call: LiveCall, invite: InboundInvite): Promise<Ready> {
    const server = this.mediaServers.choose();
    const legs = new OfferedLegs(server, (leg) => endWithLeg(call, leg));
    const [clientLeg] = await Promise.all([
      this.clientLeg(call, server, invite),
      legs.offers(this.walker.mediaToRing(this.plan(call, invite))),
    ]);
    return { server, clientLeg, legs };
  }

  private async converse(
    call: LiveCall,
    invite: InboundInvite,
    plan: RoutePlan,
    { clientLeg, legs }: Ready,
  ): Promise<void> {
    if (call.over.aborted) return;
    // An INVITE without SDP (RFC 3261 §13.2.1) gets our offer with the 200; before it there is nowhere to send audio.
    if (invite.offer) invite.progress(clientLeg.sdp);

    const country = this.provisioning.snapshot.companies.get(call.companyId)?.country ?? '';
    const taken = await this.walker.walk(call, plan, {
      clientLeg,
      legs,
      ringback: ringbackOf(country),
      language: languageOf(country),
      onRinging: () => invite.progress(),
    });
    if (!taken) {
      call.end(call.unansweredBecause ?? 'nobody-registered');
      return;
    }
    await this.conversation.begin(call, {
      client: { leg: clientLeg, dialog: answer(call, invite, clientLeg, 'client') },
      ...managerOf(call, taken, legs),
    });
    await call.untilOver();
  }

  private async clientLeg(call: LiveCall, server: MediaServer, { offer }: InboundInvite): Promise<MediaLeg> {
    const leg = offer ? await server.receive(offer) : (await server.offer()).leg;
    endWithLeg(call, leg);
    return leg;
  }
}
