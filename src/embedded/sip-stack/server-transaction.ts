import { randomUUID } from 'node:crypto';
import { newTag } from './identifiers.js';
import { SipMessage } from './message.js';
import { serialize } from './parser.js';
import { buildResponse } from './response.js';
import type { Timer } from './timers.js';
import { isReliable, type TransactionHost } from './transaction-host.js';
import type { ResponseOptions, ServerTransaction, SipFlow, SipSource, TransactionEnd } from './types.js';

/** RFC 3261 §17.2, RFC 6026 §7.1. A non-INVITE one uses proceeding, completed and terminated. */
export type ServerState = 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated';

export interface ServerTransactionOwner {
  /** The final response is out (and, for INVITE, done with): it only absorbs from here on. */
  lingers(transaction: SipServerTransaction): void;
  terminated(transaction: SipServerTransaction): void;
}

/** A server transaction, INVITE or not (RFC 3261 §17.2.1, §17.2.2). */
export class SipServerTransaction implements ServerTransaction {
  readonly id = randomUUID();
  localTag: string;
  status = 0;
  state: ServerState = 'proceeding';
  private last: Buffer | undefined;
  private lastMessage: SipMessage | undefined;
  private readonly running: { resend?: Timer; end?: Timer; trying?: Timer } = {};
  private readonly listeners = {
    cancel: [] as ((cancel: SipMessage) => void)[],
    ack: [] as ((ack: SipMessage) => void)[],
    end: [] as ((why: TransactionEnd) => void)[],
  };

  constructor(
    private readonly host: TransactionHost,
    private readonly owner: ServerTransactionOwner,
    readonly request: SipMessage,
    readonly source: SipSource,
    /** Where responses go (RFC 3261 §18.2.2, RFC 3581 §4). */
    private readonly replyTo: SipFlow,
  ) {
    this.localTag = request.toTag || newTag();
  }

  get isInvite(): boolean {
    return this.request.method === 'INVITE';
  }

  /** RFC 3261 §17.2.1: 100 unless the user answers within this time. */
  startTrying(afterMs: number): void {
    if (afterMs <= 0) this.respond(100);
    else this.running.trying = this.host.timers.start(afterMs, () => this.status === 0 && this.respond(100));
  }

  respond(status: number, options: ResponseOptions = {}): SipMessage {
    if (this.status >= 200 || this.state === 'terminated')
      return this.lastMessage ?? buildResponse(this.request, status, this.localTag, options);
    this.host.timers.stop(this.running.trying);
    const response = buildResponse(this.request, status, this.localTag, options, this.host.userAgent);
    this.status = status;
    this.lastMessage = response;
    this.last = serialize(response);
    this.transmit(this.last);
    if (status >= 200) this.afterFinal(status);
    return response;
  }

  /** Once more, the same bytes: a 2xx until its ACK, a reliable provisional until its PRACK. */
  retransmit(response: SipMessage): void {
    this.transmit(serialize(response));
  }

  /** The same request again. */
  receiveAgain(): void {
    if (this.last !== undefined && (this.state === 'proceeding' || this.state === 'completed'))
      this.transmit(this.last);
  }

  receiveAck(ack: SipMessage): void {
    if (this.state !== 'completed' || !this.isInvite) return;
    this.state = 'confirmed';
    this.stopTimers();
    this.owner.lingers(this);
    const timerI = isReliable(this.replyTo) ? 0 : this.host.values.t4;
    for (const listener of this.listeners.ack) listener(ack);
    this.running.end = this.host.timers.start(timerI, () => this.end('completed'));
  }

  /** @returns whether there was still something to cancel (RFC 3261 §9.2) */
  receiveCancel(cancel: SipMessage): boolean {
    if (this.state !== 'proceeding') return false;
    for (const listener of this.listeners.cancel) listener(cancel);
    return true;
  }

  onCancel(listener: (cancel: SipMessage) => void): void {
    this.listeners.cancel.push(listener);
  }

  onAck(listener: (ack: SipMessage) => void): void {
    this.listeners.ack.push(listener);
  }

  onEnd(listener: (why: TransactionEnd) => void): void {
    this.listeners.end.push(listener);
  }

  end(why: TransactionEnd): void {
    if (this.state === 'terminated') return;
    this.state = 'terminated';
    this.stopTimers();
    this.owner.terminated(this);
    for (const listener of this.listeners.end) listener(why);
  }

  private afterFinal(status: number): void {
    const { t1 } = this.host.values;
    const reliable = isReliable(this.replyTo);
    if (!this.isInvite) {
      this.state = 'completed';
      this.owner.lingers(this);
      // Timer J
      this.running.end = this.host.timers.start(reliable ? 0 : 64 * t1, () => this.end('completed'));
    } else if (status < 300) {
      // RFC 6026 §7.1: Accepted absorbs retransmitted INVITEs; the user retransmits the 2xx. Timer L.
      this.state = 'accepted';
      this.owner.lingers(this);
      this.running.end = this.host.timers.start(64 * t1, () => this.end('completed'));
    } else {
      this.state = 'completed';
      if (!reliable) this.resendAfter(t1); // Timer G
      this.running.end = this.host.timers.start(64 * t1, () => this.end('no-ack')); // Timer H
    }
  }

  private resendAfter(ms: number): void {
    this.running.resend = this.host.timers.start(ms, () => {
      this.transmit(this.last!);
      this.resendAfter(Math.min(2 * ms, this.host.values.t2));
    });
  }

  private transmit(bytes: Buffer): void {
    this.host.send(bytes, this.replyTo, () => this.end('transport-error'));
  }

  private stopTimers(): void {
    this.host.timers.stop(this.running.resend);
    this.host.timers.stop(this.running.end);
    this.host.timers.stop(this.running.trying);
  }
}
