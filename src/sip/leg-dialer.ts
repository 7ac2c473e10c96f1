import { Inject, Injectable } from '@nestjs/common';
import type { SipDialog } from './dialog.js';
import type { InviteTrace } from './pending-invite.js';
import { SipRejected } from './sip-rejected.js';
import type { DialTarget } from './sip-target.js';
import { causeOfStatus, Q850 } from './status-tables.js';
import { Uac } from './uac.js';

export type { DialTarget } from './sip-target.js';

export interface LegFailure {
  target: DialTarget;
  /** SIP status of the refusal; 408 rang to the end or never answered, 487 we cancelled it. */
  status: number;
  /** Q.850. */
  cause: number;
}

export type DialOutcome =
  | { answeredBy: DialTarget; dialog: SipDialog; failures: LegFailure[] }
  | {
      answeredBy: undefined;
      failures: LegFailure[];
      why: 'timeout' | 'refused' | 'cancelled' | 'nobody-registered';
    };

export interface DialOptions {
  /** One SDP for all: the media server's. */
  offer: string;
  /** What the phones show; the client's number is never in it. */
  from: { user: string; displayName: string };
  timeoutMs: number;
  signal?: AbortSignal;
  /** Once per target, at its first 180 or 183. */
  onRinging?: (target: DialTarget, trace: InviteTrace) => void;
}

/** One phone that is being rung. */
interface Branch {
  target: DialTarget;
  abort: AbortController;
  rang: boolean;
  over: boolean;
}

/** Rings several devices at once; the first to answer wins. */
@Injectable()
export class LegDialer {
  constructor(@Inject(Uac) private readonly uac: Pick<Uac, 'invite'>) {}

  /**
   * Parallel fork (RFC 3261 §16.7). The losers get a CANCEL, a 200 that comes too late gets ACK and BYE; neither
   * holds the outcome up. Never throws for what a phone does.
   */
  async dial(targets: readonly DialTarget[], options: DialOptions): Promise<DialOutcome> {
    const failures: LegFailure[] = [];
    if (targets.length === 0) return { answeredBy: undefined, failures, why: 'nobody-registered' };
    if (options.signal?.aborted) return { answeredBy: undefined, failures, why: 'cancelled' };

    const branches = targets.map((target): Branch => ({
      target,
      abort: new AbortController(),
      rang: false,
      over: false,
    }));
    return new Promise<DialOutcome>((resolve) => {
      let settled = false;
      const settle = (outcome: DialOutcome, reason?: string) => {
        settled = true;
        clearTimeout(timer);
        options.signal?.removeEventListener('abort', onAbort);
        for (const branch of branches) if (!branch.over) branch.abort.abort(reason);
        resolve(outcome);
      };
      const giveUp = (why: 'timeout' | 'cancelled') => {
        for (const branch of branches) if (!branch.over) failures.push(unanswered(branch, why));
        settle({ answeredBy: undefined, failures, why });
      };
      const onAbort = () => giveUp('cancelled');
      const timer = setTimeout(() => giveUp('timeout'), options.timeoutMs);
      options.signal?.addEventListener('abort', onAbort);

      const onFailed = (branch: Branch, error: unknown) => {
        if (settled || branch.over) return;
        branch.over = true;
        const status = error instanceof SipRejected ? error.status : 500;
        const cause = error instanceof SipRejected ? error.cause : causeOfStatus(500);
        failures.push({ target: branch.target, status, cause });
        // RFC 3261 §16.7 step 5: a 6xx speaks for all devices of that person, and for nobody else in the group.
        if (status >= 600)
          for (const other of branches) stopSamePerson(branch, other, failures, { status, cause });
        if (branches.every(({ over }) => over)) settle({ answeredBy: undefined, failures, why: 'refused' });
      };

      for (const branch of branches) {
        this.ring(branch, options).then(
          (dialog) => {
            // RFC 3261 §13.2.2.4: the ACK went out with the 200; a second winner is ended.
            if (settled || branch.over) return void dialog.bye();
            branch.over = true;
            settle({ answeredBy: branch.target, dialog, failures }, 'answered elsewhere');
          },
          (error: unknown) => onFailed(branch, error),
        );
      }
    });
  }

  private ring(branch: Branch, options: DialOptions): Promise<SipDialog> {
    const { uri, proxy, route } = branch.target;
    return this.uac.invite(uri, {
      offer: options.offer,
      from: options.from,
      proxy,
      headers: route ? { Route: route } : {},
      // The dialer's own clock decides; this one is only the last resort.
      timeoutMs: options.timeoutMs + 5_000,
      signal: branch.abort.signal,
      sessionTimer: true,
      onProvisional: (status, _, trace) => {
        if (status < 180 || branch.rang) return;
        branch.rang = true;
        options.onRinging?.(branch.target, trace);
      },
    });
  }
}

function stopSamePerson(
  from: Branch,
  other: Branch,
  failures: LegFailure[],
  { status, cause }: { status: number; cause: number },
): void {
  if (other.over || other.target.extensionId !== from.target.extensionId) return;
  other.over = true;
  failures.push({ target: other.target, status, cause });
  other.abort.abort();
}

/** Q.850: 19 it rang and nobody answered, 18 it never said a word. */
const unanswered = ({ target, rang }: Branch, why: 'timeout' | 'cancelled'): LegFailure =>
  why === 'cancelled'
    ? { target, status: 487, cause: Q850.NORMAL_CLEARING }
    : { target, status: 408, cause: rang ? Q850.NO_ANSWER : Q850.NO_USER_RESPONSE };
