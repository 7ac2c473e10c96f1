import { Inject, Injectable } from '@nestjs/common';
import type { SipDialog } from './dialog.js';
import { Fork, type DialOutcome, type ForkOptions, type RingTarget } from './fork.js';
import type { InviteTrace } from './pending-invite.js';
import { SipRejected } from './sip-rejected.js';
import type { DialTarget, MediaKind } from './sip-target.js';
import { Uac } from './uac.js';

export type { DialOutcome, LegFailure, OtherTarget, RingTarget } from './fork.js';
export type { DialTarget, MediaKind } from './sip-target.js';

export interface DialOptions extends ForkOptions {
  /** The media server's SDP for each kind of device. */
  offers: Partial<Record<MediaKind, string>>;
  /** What the devices show; the client's number is never in it. */
  from: { user: string; displayName: string };
}

/** Rings several phones at once; the first to answer wins. */
@Injectable()
export class LegDialer {
  constructor(@Inject(Uac) private readonly uac: Pick<Uac, 'invite'>) {}

  /**
   * Parallel fork (RFC 3261 §16.7). The losers get a CANCEL, a 200 that comes too late gets ACK and BYE; neither
   * holds the outcome up. Never throws for what a phone does.
   */
  async dial(targets: readonly RingTarget[], options: DialOptions): Promise<DialOutcome> {
    if (targets.length === 0) return { answeredBy: undefined, failures: [], why: 'nobody-registered' };
    if (options.signal?.aborted) return { answeredBy: undefined, failures: [], why: 'cancelled' };
    const ringDevice = (target: DialTarget, signal: AbortSignal, onRinging: (trace: InviteTrace) => void) =>
      this.ring(target, options, signal, onRinging);
    return new Fork(targets, options, ringDevice).outcome;
  }

  private ring(
    { uri, proxy, route, media }: DialTarget,
    options: DialOptions,
    signal: AbortSignal,
    onRinging: (trace: InviteTrace) => void,
  ): Promise<SipDialog> {
    const offer = options.offers[media];
    if (offer === undefined) return Promise.reject(new SipRejected(488, 'nothing to offer'));
    return this.uac.invite(uri, {
      offer,
      from: options.from,
      proxy,
      headers: route ? { Route: route } : {},
      // The fork's own clock decides; this one is only the last resort.
      timeoutMs: options.timeoutMs + 5_000,
      signal,
      sessionTimer: true,
      onProvisional: (status, _, trace) => {
        if (status >= 180) onRinging(trace);
      },
    });
  }
}
