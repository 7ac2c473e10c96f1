import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { callLabel } from './call-label.js';
import { DrachtioConnection } from './drachtio.connection.js';
import { Dialogs } from './dialogs.js';
import { InviteReply, type DeviceInvite, type InboundInvite } from './inbound-invite.js';
import { InviteNaming, type Naming } from './invite-naming.js';
import { Refusals, REFUSALS, type Refusal } from './refusals.js';
import { sourceOf, type SipSource } from './source.js';
import type { StackReply, StackRequest } from './stack.js';
import { reasonOfStatus } from './status-tables.js';
import { TokenBuckets } from './token-buckets.js';

const ALLOW = 'INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, INFO, UPDATE, PRACK';
const RETRY_AFTER_S = '10';
/** What is answered to requests that come outside every dialog (RFC 3261 §8.2.1 and the methods' own RFCs). */
const STRAYS: Readonly<Record<string, number>> = {
  bye: 481,
  info: 481,
  update: 481,
  notify: 481,
  prack: 481,
  subscribe: 489,
  refer: 603,
  message: 405,
  publish: 405,
};

/** The door: every request that opens something comes in here, is named, and is handed on or refused. */
@Injectable()
export class Ingress {
  private inviteHandler?: (invite: InboundInvite) => Promise<void>;
  private deviceHandler?: (invite: DeviceInvite) => Promise<void>;
  private draining = false;
  /** Requests a second from one address: a carrier's whole traffic; everybody else's. */
  private readonly carrierRate = new TokenBuckets(200, 400);
  private readonly otherRate = new TokenBuckets(30, 60);
  private readonly open = new Set<InviteReply>();

  constructor(
    private readonly connection: DrachtioConnection,
    private readonly dialogs: Dialogs,
    private readonly naming: InviteNaming,
    private readonly refusals: Refusals,
  ) {}

  /** INVITEs without a final response. */
  get pending(): number {
    return this.open.size;
  }

  /** Who takes the calls from clients. One handler; it answers or refuses every one. */
  onInvite(handler: (invite: InboundInvite) => Promise<void>): void {
    this.inviteHandler = handler;
  }

  /** Who takes the calls that extensions make; without one they are refused. */
  onDeviceInvite(handler: (invite: DeviceInvite) => Promise<void>): void {
    this.deviceHandler = handler;
  }

  /** Takes requests from now on; before the connection starts. */
  attach(): void {
    this.connection.onRequest('invite', (request, reply) => void this.receive(request, reply));
    this.connection.onRequest('options', (request, reply) => this.onOptions(request, reply));
    for (const [method, status] of Object.entries(STRAYS)) {
      this.connection.onRequest(method, (_, reply) =>
        reply.send(status, reasonOfStatus(status), { headers: status === 405 ? { Allow: ALLOW } : {} }),
      );
    }
  }

  /** From now on new calls get 503; those that live go on. */
  drain(): void {
    this.draining = true;
  }

  private onOptions(request: StackRequest, reply: StackReply): void {
    if (!this.otherRate.take(sourceOf(request).address)) {
      return reply.send(503, reasonOfStatus(503), { headers: { 'Retry-After': RETRY_AFTER_S } });
    }
    reply.send(200, 'OK', {
      headers: { Allow: ALLOW, Accept: 'application/sdp', Supported: 'timer, 100rel, path' },
    });
  }

  private async receive(request: StackRequest, stackReply: StackReply): Promise<void> {
    const source = sourceOf(request);
    const reply: InviteReply = new InviteReply(this.connection, this.dialogs, request, stackReply, () =>
      this.open.delete(reply),
    );
    this.open.add(reply);
    try {
      if (!this.isWithinRate(source)) {
        return await this.refuse(
          reply,
          { reason: 'too-many-requests', source, sipCallId: reply.sipCallId },
          {
            'Retry-After': RETRY_AFTER_S,
          },
        );
      }
      if (this.draining) {
        return await this.refuse(
          reply,
          { reason: 'draining', source, sipCallId: reply.sipCallId },
          {
            'Retry-After': RETRY_AFTER_S,
          },
        );
      }
      await this.handOn(await this.naming.name(request, source), reply, source);
    } catch (error) {
      log('sip').error(
        { sipCall: callLabel(reply.sipCallId), error: messageOf(error) },
        'an INVITE was not handled',
      );
      await this.refuse(reply, { reason: 'handler-failed', source, sipCallId: reply.sipCallId });
    }
  }

  private isWithinRate({ address }: SipSource): boolean {
    return (this.naming.isCarrier(address) ? this.carrierRate : this.otherRate).take(address);
  }

  private async handOn(naming: Naming, reply: InviteReply, source: SipSource): Promise<void> {
    const common = {
      sipCallId: reply.sipCallId,
      trace: reply.trace,
      source,
      progress: (sdp?: string) => reply.progress(sdp),
      answer: (sdp: string) => reply.answer(sdp),
      refuse: (status: number, headers?: Record<string, string>) => reply.refuse(status, headers),
      cancelled: reply.cancelled,
    };
    const refuse = (refusal: Pick<Refusal, 'reason'> & Partial<Refusal>, headers?: Record<string, string>) =>
      this.refuse(reply, { ...refusal, source, sipCallId: reply.sipCallId }, headers);
    switch (naming.kind) {
      case 'client': {
        const { trunk, companyNumber, caller, offer } = naming;
        if (!this.inviteHandler) return refuse({ reason: 'not-ready', trunk, companyNumber, caller });
        return this.inviteHandler({ ...common, trunk, companyNumber, caller, offer });
      }
      case 'device': {
        const { extension, dialled, offer } = naming;
        if (this.deviceHandler) return this.deviceHandler({ ...common, extension, dialled, offer });
        return refuse(
          { reason: 'calls-out-not-offered', companyId: extension.companyId },
          { Warning: '399 linekeeper "calls out come later"' },
        );
      }
      case 'challenge':
        return reply.refuse(407, { 'Proxy-Authenticate': naming.header });
      case 'refused':
        return refuse(naming.refusal, naming.headers);
      default:
        return naming satisfies never;
    }
  }

  /** Written down first, then answered. */
  private async refuse(
    reply: InviteReply,
    refusal: Refusal,
    headers?: Record<string, string>,
  ): Promise<void> {
    await this.refusals.write(refusal);
    reply.refuse(REFUSALS[refusal.reason], headers);
  }
}
