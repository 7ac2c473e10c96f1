import { ALLOW, type AgentContext, type DialogParty } from './agent-context.js';
import { AnswerKeeper } from './answer-keeper.js';
import { Dialog, dialogId } from './dialog.js';
import { SipInviteDialog, type AnswerableTransaction } from './invite-dialog.js';
import type { SipMessage } from './message.js';
import { supports } from './session-timer.js';
import { SipFailure } from './sip-failure.js';
import type { IncomingInvite, InviteDialog, ResponseOptions, ServerTransaction, SipSource } from './types.js';

/** An INVITE that came, until its final response (RFC 3261 §13.3, RFC 3262 §3). */
export class SipIncomingInvite implements IncomingInvite, DialogParty {
  private readonly early: Dialog;
  private rseq = Math.floor(Math.random() * 0x7fffffff);
  private waiting:
    { rseq: number; keeper: AnswerKeeper; resolve(): void; reject(error: Error): void } | undefined;
  private readonly cancelListeners: ((cancel: SipMessage) => void)[] = [];

  constructor(
    private readonly context: AgentContext,
    private readonly transaction: AnswerableTransaction,
  ) {
    const { request, source, localTag } = transaction;
    this.early = Dialog.ofUas(request, localTag, source);
    transaction.onCancel((cancel) => {
      transaction.respond(487);
      this.leaveEarly();
      for (const listener of this.cancelListeners) listener(cancel);
    });
    transaction.onEnd((why) => why !== 'completed' && this.leaveEarly());
  }

  get request(): SipMessage {
    return this.transaction.request;
  }
  get source(): SipSource {
    return this.transaction.source;
  }
  get callId(): string {
    return this.request.callId;
  }
  get body(): string {
    return this.request.text;
  }

  async ring(status = 180, options: ResponseOptions & { reliable?: boolean } = {}): Promise<void> {
    const { reliable = false, ...rest } = options;
    const contact = { Contact: this.context.contact(this.source.protocol), Allow: ALLOW };
    this.context.dialogs.set(this.earlyId, this);
    if (!reliable) {
      this.transaction.respond(status, { ...rest, headers: { ...contact, ...rest.headers } });
      return;
    }
    if (!supports(this.request, '100rel')) throw new SipFailure(421, 'the caller does not know 100rel');
    // RFC 3262 §3: one unacknowledged reliable provisional at a time.
    if (this.waiting) throw new SipFailure(500, 'the one before is not acknowledged yet');
    const rseq = ++this.rseq;
    const headers = { ...contact, ...rest.headers, Require: '100rel', RSeq: String(rseq) };
    const response = this.transaction.respond(status, { ...rest, headers });
    const { endpoint } = this.context;
    await new Promise<void>((resolve, reject) => {
      const keeper = new AnswerKeeper(endpoint.timers, endpoint.values, this.transaction, response, () => {
        this.waiting = undefined;
        this.refuse(504); // RFC 3262 §3: a 5xx when no PRACK came
        reject(new SipFailure(504, 'no PRACK came'));
      });
      this.waiting = { rseq, keeper, resolve, reject };
    });
  }

  answer(options: ResponseOptions = {}): InviteDialog {
    this.leaveEarly();
    if (this.transaction.status >= 200)
      throw new SipFailure(487, 'the INVITE has its final response already');
    const dialog = new SipInviteDialog(this.context, this.early);
    dialog.answer(this.transaction, options);
    return dialog;
  }

  refuse(status: number, options: ResponseOptions = {}): void {
    this.leaveEarly();
    this.transaction.respond(status, options);
  }

  onCancel(listener: (cancel: SipMessage) => void): void {
    this.cancelListeners.push(listener);
  }

  /** PRACK, UPDATE, BYE within the early dialog. */
  receive(request: SipMessage, transaction: ServerTransaction): void {
    if (!this.early.acceptSeq(request)) return void transaction.respond(500);
    if (request.method === 'PRACK') return this.receivePrack(request, transaction);
    if (request.method === 'BYE') {
      transaction.respond(200);
      this.transaction.respond(487); // RFC 3261 §15.1.2
      this.leaveEarly();
      for (const listener of this.cancelListeners) listener(request);
      return;
    }
    if (request.method === 'INFO' || request.method === 'OPTIONS') transaction.respond(200);
    else transaction.respond(request.method === 'INVITE' ? 500 : 405, { headers: { Allow: ALLOW } });
  }

  receiveAck(): void {
    // The ACK to a 2xx belongs to the confirmed dialog.
  }

  release(): void {
    this.leaveEarly();
  }

  private receivePrack(request: SipMessage, transaction: ServerTransaction): void {
    const rack = (request.get('rack') ?? '').split(/\s+/);
    const { waiting } = this;
    if (waiting === undefined || Number(rack[0]) !== waiting.rseq) return void transaction.respond(481);
    this.waiting = undefined;
    waiting.keeper.stop();
    transaction.respond(200);
    waiting.resolve();
  }

  private get earlyId(): string {
    return dialogId(this.early.callId, this.early.localTag, this.early.remoteTag);
  }

  private leaveEarly(): void {
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.keeper.stop();
    waiting?.reject(new SipFailure(487, 'the INVITE has ended'));
    if (this.context.dialogs.get(this.earlyId) === this) this.context.dialogs.delete(this.earlyId);
  }
}
