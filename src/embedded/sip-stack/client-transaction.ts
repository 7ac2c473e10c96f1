import { SipMessage, type HeaderInput } from './message.js';
import { serialize } from './parser.js';
import { buildResponse } from './response.js';
import type { Timer } from './timers.js';
import { isReliable, type ResponseListener, type TransactionHost } from './transaction-host.js';
import type { ClientTransaction, SipFlow, TransactionEnd } from './types.js';

/** RFC 3261 §17.1, RFC 6026 §7.2; 'calling' is Trying for a non-INVITE one. */
export type ClientState = 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated';

/** Timer D: at least 32 s over an unreliable transport (RFC 3261 §17.1.1.2). */
const TIMER_D_IN_T1 = 64;

export interface ClientTransactionOwner {
  /** Sends a CANCEL for it, in a transaction of its own with the same branch. */
  sendCancel(transaction: SipClientTransaction, headers: HeaderInput): void;
  lingers(transaction: SipClientTransaction): void;
  terminated(transaction: SipClientTransaction): void;
}

/** A client transaction, INVITE or not (RFC 3261 §17.1.1, §17.1.2). */
export class SipClientTransaction implements ClientTransaction {
  state: ClientState = 'calling';
  private readonly bytes: Buffer;
  private ackBytes: Buffer | undefined;
  private readonly running: { resend?: Timer; end?: Timer; cancel?: Timer } = {};
  private cancelHeaders: HeaderInput | undefined;
  private readonly responseListeners: ResponseListener[] = [];
  private readonly endListeners: ((why: TransactionEnd) => void)[] = [];

  constructor(
    private readonly host: TransactionHost,
    private readonly owner: ClientTransactionOwner,
    /** The branch, which is also part of the key. */
    readonly id: string,
    readonly request: SipMessage,
    readonly target: SipFlow,
  ) {
    this.bytes = serialize(request);
  }

  get isInvite(): boolean {
    return this.request.method === 'INVITE';
  }

  start(): void {
    const { t1 } = this.host.values;
    this.running.end = this.host.timers.start(64 * t1, () => this.fail(408, 'timeout')); // Timers B, F
    if (!isReliable(this.target)) this.resendAfter(t1); // Timers A, E
    this.transmit(this.bytes);
  }

  receive(response: SipMessage): void {
    if (this.state === 'terminated') return;
    if (response.status < 200) this.receiveProvisional(response);
    else if (this.isInvite) this.receiveInviteFinal(response);
    else this.receiveFinal(response);
  }

  onResponse(listener: ResponseListener): this {
    this.responseListeners.push(listener);
    return this;
  }

  onEnd(listener: (why: TransactionEnd) => void): this {
    this.endListeners.push(listener);
    return this;
  }

  cancel(headers: HeaderInput = {}): void {
    if (!this.isInvite || this.cancelHeaders !== undefined) return;
    if (this.state !== 'calling' && this.state !== 'proceeding') return;
    this.cancelHeaders = headers;
    // RFC 3261 §9.1: a CANCEL that overtakes its INVITE cancels nothing; wait for a provisional.
    if (this.state === 'proceeding') this.sendCancel();
  }

  end(why: TransactionEnd): void {
    if (this.state === 'terminated') return;
    this.state = 'terminated';
    this.stopTimers();
    this.owner.terminated(this);
    for (const listener of this.endListeners) listener(why);
  }

  private sendCancel(): void {
    this.owner.sendCancel(this, this.cancelHeaders ?? {});
    // RFC 3261 §9.1: no final response within 64*T1 means there will be none.
    this.running.cancel = this.host.timers.start(64 * this.host.values.t1, () => this.fail(408, 'timeout'));
  }

  private receiveProvisional(response: SipMessage): void {
    if (this.state !== 'calling' && this.state !== 'proceeding') return;
    if (this.state === 'calling') {
      this.state = 'proceeding';
      if (this.isInvite) {
        this.host.timers.stop(this.running.resend);
        this.host.timers.stop(this.running.end);
        if (this.cancelHeaders !== undefined) this.sendCancel();
      }
    }
    this.tell(response);
  }

  private receiveFinal(response: SipMessage): void {
    if (this.state !== 'calling' && this.state !== 'proceeding') return;
    this.state = 'completed';
    this.stopTimers();
    this.owner.lingers(this);
    const timerK = isReliable(this.target) ? 0 : this.host.values.t4;
    this.running.end = this.host.timers.start(timerK, () => this.end('completed'));
    this.tell(response);
  }

  private receiveInviteFinal(response: SipMessage): void {
    if (response.status < 300) return this.receiveSuccess(response);
    if (this.state === 'completed') return this.sendAck(response);
    if (this.state !== 'calling' && this.state !== 'proceeding') return;
    this.state = 'completed';
    this.stopTimers();
    this.owner.lingers(this);
    this.sendAck(response);
    const timerD = isReliable(this.target) ? 0 : TIMER_D_IN_T1 * this.host.values.t1;
    this.running.end = this.host.timers.start(timerD, () => this.end('completed'));
    this.tell(response);
  }

  /** RFC 6026 §7.2: each 2xx, retransmitted or from another fork, goes up; timer M ends it. */
  private receiveSuccess(response: SipMessage): void {
    if (this.state === 'completed') return;
    if (this.state !== 'accepted') {
      this.state = 'accepted';
      this.stopTimers();
      this.owner.lingers(this);
      this.running.end = this.host.timers.start(64 * this.host.values.t1, () => this.end('completed'));
    }
    this.tell(response);
  }

  /** RFC 3261 §17.1.1.3: the ACK to a non-2xx belongs to this transaction and has its branch. */
  private sendAck(response: SipMessage): void {
    if (this.ackBytes === undefined) {
      const ack = SipMessage.request('ACK', this.request.uri);
      ack.add('Via', this.request.get('via')!);
      for (const header of this.request.headers)
        if (header.key === 'route' || header.key === 'from' || header.key === 'call-id')
          ack.headers.push(header);
      ack.add('To', response.get('to') ?? this.request.get('to')!);
      ack.add('CSeq', `${this.request.cseq.number} ACK`);
      ack.add('Max-Forwards', '70');
      this.ackBytes = serialize(ack);
    }
    this.transmit(this.ackBytes);
  }

  private resendAfter(ms: number): void {
    this.running.resend = this.host.timers.start(ms, () => {
      this.transmit(this.bytes);
      // Timer A doubles without a cap; timer E up to T2, and is T2 in Proceeding.
      const { t2 } = this.host.values;
      const next = this.isInvite ? 2 * ms : this.state === 'proceeding' ? t2 : Math.min(2 * ms, t2);
      this.resendAfter(next);
    });
  }

  /** RFC 3261 §8.1.3.1: a time-out is a 408 to the user, a transport error a 503. */
  private fail(status: number, why: TransactionEnd): void {
    if (this.state === 'terminated') return;
    const waiting = this.state === 'calling' || this.state === 'proceeding';
    this.end(why);
    if (!waiting) return;
    const response = buildResponse(this.request, status, 'none');
    response.synthetic = true;
    this.tell(response);
  }

  private transmit(bytes: Buffer): void {
    this.host.send(bytes, this.target, () => this.fail(503, 'transport-error'));
  }

  private tell(response: SipMessage): void {
    for (const listener of this.responseListeners) listener(response);
  }

  private stopTimers(): void {
    this.host.timers.stop(this.running.resend);
    this.host.timers.stop(this.running.end);
    this.host.timers.stop(this.running.cancel);
  }
}
