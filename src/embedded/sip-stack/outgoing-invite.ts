import type { AgentContext } from './agent-context.js';
import { Dialog } from './dialog.js';
import { SipInviteDialog } from './invite-dialog.js';
import type { HeaderInput, SipMessage } from './message.js';
import { sessionExpires, supports } from './session-timer.js';
import { SipFailure } from './sip-failure.js';
import type { Timer } from './timers.js';
import type { AnsweredInvite, ClientTransaction, OutgoingInvite, SipFlow } from './types.js';

/** An INVITE of ours, from the first byte to its first 2xx or its failure (RFC 3261 §13.2, RFC 3262 §4). */
export class SipOutgoingInvite implements OutgoingInvite {
  readonly answered: Promise<AnsweredInvite>;
  private settle!: { resolve(answer: AnsweredInvite): void; reject(error: Error): void };
  private transaction: ClientTransaction | undefined;
  private target: SipFlow | undefined;
  private cancelled: HeaderInput | undefined;
  private readonly early = new Map<string, { dialog: Dialog; rseq: number }>();
  private readonly confirmed = new Map<string, SipInviteDialog>();
  private readonly listeners: ((response: SipMessage) => void)[] = [];
  private limit: Timer | undefined;

  constructor(
    private readonly context: AgentContext,
    private request: SipMessage,
    private readonly options: {
      timeoutMs: number;
      /** Makes the request with credentials after a 401 or 407, or undefined when there are none. */
      authorize(challenge: SipMessage, request: SipMessage): SipMessage | undefined;
    },
  ) {
    this.answered = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
    this.answered.catch(() => undefined); // those who want to know await it
  }

  get callId(): string {
    return this.request.callId;
  }

  /** Sends it; a target that can not be found ends it as 503 (RFC 3261 §8.1.3.1). */
  async start(target: SipFlow | Promise<SipFlow>): Promise<void> {
    try {
      this.target = target instanceof Promise ? await target : target;
    } catch {
      return this.settle.reject(new SipFailure(503, 'no route'));
    }
    if (this.cancelled) return this.settle.reject(new SipFailure(487, 'cancelled'));
    this.send();
  }

  onProgress(listener: (response: SipMessage) => void): this {
    this.listeners.push(listener);
    return this;
  }

  cancel(headers: HeaderInput = {}): void {
    this.cancelled = headers;
    this.transaction?.cancel(headers);
  }

  private send(): void {
    const transaction = this.context.endpoint.request(this.request, this.target!);
    this.transaction = transaction;
    transaction.onResponse((response) => this.receive(response));
    transaction.onEnd((why) => {
      if (why === 'closed') this.fail(new SipFailure(503, 'closed'));
    });
    if (this.cancelled) transaction.cancel(this.cancelled);
  }

  private receive(response: SipMessage): void {
    if (response.status < 200) return this.receiveProvisional(response);
    if (response.status < 300) return this.receiveSuccess(response);
    const retry = this.cancelled ? undefined : this.options.authorize(response, this.request);
    if (retry && (response.status === 401 || response.status === 407)) {
      this.request = retry;
      return this.send();
    }
    this.fail(SipFailure.of(response));
  }

  private receiveProvisional(response: SipMessage): void {
    // Timer C in the role of a caller's patience (RFC 3261 §13.2.1, Expires).
    this.limit ??= this.context.endpoint.timers.start(this.options.timeoutMs, () => this.cancel());
    if (response.status === 100) return;
    const tag = response.toTag;
    if (tag !== '') {
      const known = this.early.get(tag);
      if (known) known.dialog.confirm(response);
      else this.early.set(tag, { dialog: Dialog.ofUac(this.request, response, this.target!), rseq: 0 });
      if (supports(response, '100rel') && !this.prack(tag, response)) return;
    }
    for (const listener of this.listeners) listener(response);
  }

  /** @returns false for one that was acknowledged before or is out of order (RFC 3262 §4) */
  private prack(tag: string, response: SipMessage): boolean {
    const early = this.early.get(tag)!;
    const rseq = Number(response.get('rseq'));
    if (!(rseq > 0) || (early.rseq > 0 && rseq !== early.rseq + 1)) return false;
    early.rseq = rseq;
    const prack = early.dialog.request('PRACK', { RAck: `${rseq} ${response.get('cseq')}` });
    void (async () =>
      this.context.endpoint.ask(prack, await early.dialog.nextHop(this.context.endpoint)))().catch(
      () => undefined, // no route to the callee: the INVITE fails by itself
    );
    return true;
  }

  private receiveSuccess(response: SipMessage): void {
    const tag = response.toTag;
    const seq = this.request.cseq.number;
    const known = this.confirmed.get(tag);
    if (known) return known.repeatAck(seq);
    const core = this.early.get(tag)?.dialog ?? Dialog.ofUac(this.request, response, this.target!);
    core.confirm(response);
    const dialog = new SipInviteDialog(this.context, core);
    this.confirmed.set(tag, dialog);
    if (this.confirmed.size > 1 || this.cancelled) {
      // Another fork, or a 2xx that crossed the CANCEL: it must be acknowledged and ended (§13.2.2.4).
      dialog.sendAck(seq);
      void dialog.bye();
      if (this.confirmed.size === 1) this.fail(new SipFailure(487, 'cancelled'));
      return;
    }
    this.context.endpoint.timers.stop(this.limit);
    const offered = this.request.body.length > 0;
    if (sessionExpires(response) || this.context.sessionExpiresS > 0)
      dialog.answered(response, this.request.body);
    if (offered) dialog.sendAck(seq);
    this.settle.resolve({ dialog, response, ack: (body) => dialog.sendAck(seq, body) });
  }

  private fail(error: SipFailure): void {
    this.context.endpoint.timers.stop(this.limit);
    this.settle.reject(error);
  }
}
