import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import type { MediaLeg } from '../media/media-leg.js';
import type { MediaServer } from '../media/media-server.js';
import { MediaServers } from '../media/media-servers.js';
import type { OfferedLeg } from '../media/offered-leg.js';
import { languageOf, ringbackOf } from '../media/country.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { RoutePlan } from '../routing/route-plan.js';
import { planInbound } from '../routing/router.js';
import type { InboundInvite } from '../sip/inbound-invite.js';
import { ENDINGS, endingOf } from './call-endings.js';
import { CallLedger } from './call-ledger.js';
import { Conversation } from './conversation.js';
import { LiveCall } from './live-call.js';
import { LiveCalls } from './live-calls.js';
import { PlanWalker } from './plan-walker.js';

/** Seconds after which a caller who met a full or failing house may try again. */
const RETRY_AFTER_S = '10';

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
    const call = new LiveCall(invite.companyNumber.companyId, invite.caller.kind);
    this.liveCalls.add(call);
    invite.cancelled.addEventListener('abort', () => call.end('caller-gave-up'));
    try {
      // Promise 1: written down before any response above 100 and before any phone is dialled.
      call.client = await this.callLedger.received(call, invite);
      await this.converse(call, invite, this.plan(call, invite));
    } catch (error) {
      this.fail(call, error);
    } finally {
      if (!call.answered) this.refuse(call, invite);
      // Written at once: a phone that does not answer its BYE holds nothing up.
      await Promise.all([this.callLedger.ended(call), call.close()]);
      this.liveCalls.remove(call);
    }
  }

  private plan(call: LiveCall, invite: InboundInvite): RoutePlan {
    return planInbound(this.provisioning.snapshot, {
      companyNumber: invite.companyNumber,
      assignedExtensionId: call.client?.assignedExtensionId ?? null,
      idleSince: (extensionId) => this.liveCalls.idleSince(extensionId),
    });
  }

  private async converse(call: LiveCall, invite: InboundInvite, plan: RoutePlan): Promise<void> {
    const server = this.mediaServers.choose();
    const [callerLeg, offered] = await Promise.all([
      this.callerLeg(call, server, invite),
      this.walker.anyoneToRing(plan) ? this.managerLeg(call, server) : undefined,
    ]);
    if (call.over.aborted) return;
    // An INVITE without SDP (RFC 3261 §13.2.1) gets our offer with the 200; before it there is nowhere to send audio.
    if (invite.offer) invite.progress(callerLeg.sdp);

    const country = this.provisioning.snapshot.companies.get(call.companyId)?.country ?? '';
    const taken = await this.walker.walk(call, plan, {
      callerLeg,
      offer: offered?.offer ?? '',
      ringback: ringbackOf(country),
      language: languageOf(country),
      onRinging: () => invite.progress(),
    });
    if (!taken || !offered) {
      call.end(call.unansweredBecause ?? 'nobody-registered');
      return;
    }
    call.atEnd(() => taken.dialog.bye());
    taken.dialog.onBye(({ by }) => call.end(by === 'remote' ? 'manager-hung-up' : 'dialog-timed-out'));
    await this.conversation.begin(call, invite, taken, { callerLeg, managerLeg: offered.leg });
    await call.untilOver();
  }

  private async callerLeg(call: LiveCall, server: MediaServer, { offer }: InboundInvite): Promise<MediaLeg> {
    const leg = offer ? await server.receive(offer) : (await server.offer()).leg;
    this.watch(call, leg);
    return leg;
  }

  private async managerLeg(call: LiveCall, server: MediaServer): Promise<OfferedLeg> {
    const offered = await server.offer();
    this.watch(call, offered.leg);
    return offered;
  }

  private watch(call: LiveCall, leg: MediaLeg): void {
    call.atEnd(() => leg.end());
    leg.onLost((loss) => call.end(loss === 'no-audio' ? 'no-audio' : 'media-server-lost'));
  }

  private fail(call: LiveCall, error: unknown): void {
    const ending = endingOf(error);
    // A caller who is gone makes whatever was under way fail; his going is the ending, not the failure.
    const level = call.over.aborted ? 'debug' : ending === 'internal-error' ? 'error' : 'warn';
    log('calls')[level]({ callId: call.id, ending, error: messageOf(error) }, 'call failed');
    call.end(ending);
  }

  private refuse(call: LiveCall, invite: InboundInvite): void {
    if (invite.cancelled.aborted) return; // drachtio-server has answered 487 already
    const { sipStatus } = ENDINGS[call.ending ?? 'internal-error'];
    invite.refuse(sipStatus, sipStatus === 503 ? { 'Retry-After': RETRY_AFTER_S } : undefined);
  }
}
