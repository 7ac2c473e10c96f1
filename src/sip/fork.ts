import type { SipDialog } from './dialog.js';
import type { InviteTrace } from './pending-invite.js';
import { SipRejected } from './sip-rejected.js';
import type { DialTarget } from './sip-target.js';
import { causeOfStatus, Q850 } from './status-tables.js';

/** A phone of a person that is no registered device: it knows itself how it is rung, and when it is answered. */
export interface OtherTarget {
  extensionId: string;
  /** How long the person's devices ring alone; less where all of them are through before. */
  delayMs: number;
  /** Whether his devices then ring no more. */
  inPlaceOfDevices: boolean;
  /**
   * Rings until it is answered, for as long as it sees fit.
   * @throws SipRejected with the status it came to; 408 where nobody answered
   */
  ring(signal: AbortSignal, onRinging: (trace: InviteTrace) => void): Promise<SipDialog>;
  /** Its answer came too late: what it opened beside the dialog is to be closed. */
  lost(): void;
}

export type RingTarget = DialTarget | OtherTarget;

export interface LegFailure {
  target: RingTarget;
  /** SIP status of the refusal; 408 rang to the end or never answered, 487 we cancelled it. */
  status: number;
  /** Q.850. */
  cause: number;
}

export type DialOutcome =
  | { answeredBy: RingTarget; dialog: SipDialog; failures: LegFailure[] }
  | {
      answeredBy: undefined;
      failures: LegFailure[];
      why: 'timeout' | 'refused' | 'cancelled' | 'nobody-registered';
    };

export interface ForkOptions {
  /** How long devices ring. */
  timeoutMs: number;
  /** Its reason is the branches'. */
  signal?: AbortSignal;
  /** Once per target, when it begins to ring. */
  onRinging?: (target: RingTarget, trace: InviteTrace) => void;
  /**
   * Tells which devices an extension has, whenever that changes, until the returned function is called: one that comes back
   * by another way rings anew.
   */
  devices?: (changed: (extensionId: string, now: readonly DialTarget[]) => void) => () => void;
}

/** One phone of the fork. */
interface Branch {
  target: RingTarget;
  abort: AbortController;
  /** lost: it rang, and then its connection was gone. */
  state: 'waiting' | 'dialled' | 'rings' | 'lost' | 'over';
  timer?: NodeJS.Timeout;
}

export const isDevice = (target: RingTarget): target is DialTarget => !('ring' in target);

/** Nobody has refused anything: the device did not answer, its flow has failed (RFC 5626 §5.3), or it has no way. */
const UNREACHED: readonly number[] = [408, 430, 503];

/** Several phones at once; the first to answer wins (RFC 3261 §16.7). */
export class Fork {
  readonly outcome: Promise<DialOutcome>;
  private readonly branches: Branch[];
  private readonly failures: LegFailure[] = [];
  private resolve!: (outcome: DialOutcome) => void;
  private settled = false;
  private timedOut = false;
  /** The devices' time is over. */
  private devicesAreThrough = false;
  private readonly deviceTimer: NodeJS.Timeout;
  private readonly stopFollowing: (() => void) | undefined;
  private readonly onAbort = () => this.giveUp();

  constructor(
    targets: readonly RingTarget[],
    private readonly options: ForkOptions,
    private readonly ringDevice: (
      target: DialTarget,
      signal: AbortSignal,
      onRinging: (trace: InviteTrace) => void,
    ) => Promise<SipDialog>,
  ) {
    this.outcome = new Promise((resolve) => (this.resolve = resolve));
    this.branches = targets.map(branchOf);
    options.signal?.addEventListener('abort', this.onAbort);
    this.deviceTimer = setTimeout(() => {
      this.devicesAreThrough = true;
      this.stopUnanswered((target) => isDevice(target));
    }, options.timeoutMs);
    this.stopFollowing = options.devices?.((extensionId, now) => this.follow(extensionId, now));
    for (const branch of this.branches) if (isDevice(branch.target)) this.start(branch);
    for (const branch of this.branches) if (!isDevice(branch.target)) this.await(branch, branch.target);
  }

  /** Until its delay is over, or the person has no device that still rings. */
  private await(branch: Branch, { delayMs, inPlaceOfDevices, extensionId }: OtherTarget): void {
    const begin = () => {
      this.start(branch);
      if (inPlaceOfDevices) this.stopUnanswered((one) => isDevice(one) && one.extensionId === extensionId);
    };
    if (delayMs === 0 || !this.devicesRing(extensionId)) return begin();
    branch.timer = setTimeout(begin, delayMs);
  }

  /** The devices of somebody who is rung are these now: what is new rings, and what is gone for it does no more. */
  private follow(extensionId: string, now: readonly DialTarget[]): void {
    if (this.settled || this.devicesAreThrough || !this.mayRingAnew(extensionId)) return;
    const his = this.branches.filter(({ target }) => isDevice(target) && target.extensionId === extensionId);
    const rings = ({ target, state }: Branch, at: DialTarget) =>
      (state === 'dialled' || state === 'rings') && isDevice(target) && isSameWay(target, at);
    const fresh = now.filter((target) => !his.some((branch) => rings(branch, target)));
    if (his.length === 0 || fresh.length === 0) return;
    const added = fresh.map(branchOf);
    this.branches.push(...added);
    for (const branch of his) {
      if (branch.state === 'over' || now.some((target) => rings(branch, target))) continue;
      branch.state = 'over'; // and no failure: he is rung still
      branch.abort.abort();
    }
    for (const branch of added) this.start(branch);
  }

  /** Nobody has refused on another device of his, and no other phone rings in the place of them all. */
  private mayRingAnew(extensionId: string): boolean {
    const hasRefused = this.failures.some(
      ({ target, status }) => target.extensionId === extensionId && !UNREACHED.includes(status),
    );
    const isReplaced = this.branches.some(
      ({ target, state }) =>
        target.extensionId === extensionId &&
        !isDevice(target) &&
        target.inPlaceOfDevices &&
        state !== 'waiting',
    );
    return !hasRefused && !isReplaced;
  }

  private devicesRing(extensionId: string): boolean {
    return this.branches.some(
      ({ target, state }) => isDevice(target) && target.extensionId === extensionId && state !== 'over',
    );
  }

  private start(branch: Branch): void {
    if (this.settled || branch.state !== 'waiting') return;
    clearTimeout(branch.timer);
    branch.state = 'dialled';
    const { target, abort } = branch;
    const onRinging = (trace: InviteTrace) => {
      if (branch.state !== 'dialled') return;
      branch.state = 'rings';
      this.options.onRinging?.(target, trace);
    };
    const rung = isDevice(target)
      ? this.ringDevice(target, abort.signal, onRinging)
      : target.ring(abort.signal, onRinging);
    rung.then(
      (dialog) => this.answered(branch, dialog),
      (error: unknown) => this.failed(branch, error),
    );
  }

  private answered(branch: Branch, dialog: SipDialog): void {
    // RFC 3261 §13.2.2.4: the ACK went out with the 200; a second winner is ended.
    if (this.settled || branch.state === 'over') {
      if (!isDevice(branch.target)) branch.target.lost();
      return void dialog.bye();
    }
    branch.state = 'over';
    this.settle({ answeredBy: branch.target, dialog, failures: this.failures }, 'answered elsewhere');
  }

  private failed(branch: Branch, error: unknown): void {
    if (this.settled || branch.state === 'over') return;
    const rejected = error instanceof SipRejected;
    const failure = {
      status: rejected ? error.status : 500,
      cause: rejected ? error.cause : causeOfStatus(500),
    };
    if (this.options.devices && branch.state === 'rings' && UNREACHED.includes(failure.status)) {
      if (isDevice(branch.target)) return void (branch.state = 'lost'); // it may be back while the call waits
    }
    if (!isDevice(branch.target) && failure.status === 408) this.timedOut = true;
    this.over(branch, failure);
    // RFC 3261 §16.7 step 5: a 6xx speaks for all devices of that person, and for nobody else in the group.
    if (failure.status >= 600 && isDevice(branch.target)) {
      for (const other of this.branches) {
        if (other.state === 'over' || other.target.extensionId !== branch.target.extensionId) continue;
        this.over(other, failure);
        other.abort.abort();
      }
    }
    this.goOn();
  }

  private stopUnanswered(which: (target: RingTarget) => boolean): void {
    for (const branch of this.branches) {
      if (branch.state === 'over' || !which(branch.target)) continue;
      this.timedOut = true;
      // Q.850: 19 it rang and nobody answered, 18 it never said a word.
      const hasRung = branch.state === 'rings' || branch.state === 'lost';
      const cause = hasRung ? Q850.NO_ANSWER : Q850.NO_USER_RESPONSE;
      this.over(branch, { status: 408, cause });
      branch.abort.abort();
    }
    this.goOn();
  }

  private over(branch: Branch, failure: { status: number; cause: number }): void {
    clearTimeout(branch.timer);
    branch.state = 'over';
    this.failures.push({ target: branch.target, ...failure });
  }

  /** Those who waited for a person's devices get their turn; with nobody left it is over. */
  private goOn(): void {
    if (this.settled) return;
    for (const branch of this.branches) {
      if (branch.state === 'waiting' && !this.devicesRing(branch.target.extensionId)) this.start(branch);
    }
    if (this.branches.some(({ state }) => state !== 'over')) return;
    const why = this.timedOut ? 'timeout' : 'refused';
    this.settle({ answeredBy: undefined, failures: this.failures, why });
  }

  private giveUp(): void {
    for (const { target, state } of this.branches) {
      if (state === 'over' || (state === 'waiting' && !isDevice(target))) continue;
      this.failures.push({ target, status: 487, cause: Q850.NORMAL_CLEARING });
    }
    this.settle(
      { answeredBy: undefined, failures: this.failures, why: 'cancelled' },
      this.options.signal?.reason,
    );
  }

  private settle(outcome: DialOutcome, reason?: unknown): void {
    this.settled = true;
    clearTimeout(this.deviceTimer);
    this.stopFollowing?.();
    this.options.signal?.removeEventListener('abort', this.onAbort);
    for (const branch of this.branches) {
      clearTimeout(branch.timer);
      if (branch.state !== 'over') branch.abort.abort(reason);
    }
    this.resolve(outcome);
  }
}

const branchOf = (target: RingTarget): Branch => ({ target, abort: new AbortController(), state: 'waiting' });

const isSameWay = (a: DialTarget, b: DialTarget): boolean =>
  a.uri === b.uri && a.proxy === b.proxy && a.route === b.route;
