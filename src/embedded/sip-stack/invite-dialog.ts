import { ALLOW, supportedValue, type AgentContext, type DialogParty } from './agent-context.js';
import { AnswerKeeper } from './answer-keeper.js';
import type { Dialog } from './dialog.js';
import { DialogAcks } from './dialog-acks.js';
import { SipMessage } from './message.js';
import { buildResponse } from './response.js';
import { MIN_SE_S, SessionTimer, sessionExpires, supports } from './session-timer.js';
import { SipFailure } from './sip-failure.js';
import type {
  DialogEnd,
  InviteDialog,
  ReinviteAnswer,
  RequestOptions,
  ResponseOptions,
  ServerTransaction,
  SipFlow,
} from './types.js';

/** A confirmed INVITE dialog: re-INVITE, BYE, the 2xx and ACK of each, session timer (RFC 3261 §12–§15, RFC 4028). */
export class SipInviteDialog implements InviteDialog, DialogParty {
  state: 'early' | 'confirmed' | 'terminated' = 'confirmed';
  readonly acked: Promise<SipMessage>;
  private settleAcked: { resolve(ack: SipMessage): void; reject(error: Error): void } | undefined;
  private readonly keepers = new Map<number, AnswerKeeper>();
  private readonly acks: DialogAcks;
  private reinviting: 'local' | 'remote' | undefined;
  private body: string | Buffer | undefined;
  private peerUpdates = false;
  private readonly sessionTimer: SessionTimer;
  private ended: DialogEnd | undefined;
  private readonly endListeners: ((end: DialogEnd) => void)[] = [];
  private readonly ackListeners: ((ack: SipMessage) => void)[] = [];
  private reinviteHandler: ((request: SipMessage) => ReinviteAnswer | Promise<ReinviteAnswer>) | undefined;
  private requestHandler: ((request: SipMessage, transaction: ServerTransaction) => void) | undefined;

  constructor(
    private readonly context: AgentContext,
    private readonly dialog: Dialog,
  ) {
    this.acked = new Promise((resolve, reject) => (this.settleAcked = { resolve, reject }));
    this.acked.catch(() => undefined); // those who want to know await it
    this.sessionTimer = new SessionTimer(context.endpoint.timers, {
      refresh: () => void this.refresh(),
      expired: () =>
        void this.sayBye('session-timer', { Reason: 'SIP;cause=200;text="session timer expired"' }),
    });
    this.acks = new DialogAcks(context.endpoint, dialog);
    context.dialogs.set(dialog.id, this);
  }

  get id(): string {
    return this.dialog.id;
  }
  get callId(): string {
    return this.dialog.callId;
  }
  get localTag(): string {
    return this.dialog.localTag;
  }
  get remoteTag(): string {
    return this.dialog.remoteTag;
  }
  get remoteTarget(): string {
    return this.dialog.remoteTarget;
  }

  /** The 2xx to an INVITE of the other side: sent again until its ACK; without one the dialog ends (§13.3.1.4). */
  answer(
    transaction: ServerTransaction & { retransmit(response: SipMessage): void },
    options: ResponseOptions,
  ): void {
    const { request } = transaction;
    const asked = sessionExpires(request);
    const headers: Record<string, string | string[]> = {
      Contact: this.context.contact(transaction.source.protocol),
      Allow: ALLOW,
      Supported: supportedValue,
    };
    this.peerUpdates = allows(request, 'UPDATE');
    if (asked && supports(request, 'timer')) {
      const refresher = asked.refresher ?? 'uac';
      headers['Session-Expires'] = `${asked.interval};refresher=${refresher}`;
      headers['Require'] = 'timer';
      this.sessionTimer.restart(asked.interval, refresher === 'uas');
    } else if (this.context.sessionExpiresS > 0) {
      // RFC 4028 §9: a peer without the extension; we refresh alone.
      this.sessionTimer.restart(this.context.sessionExpiresS, true);
    }
    const response = transaction.respond(200, { ...options, headers: { ...headers, ...options.headers } });
    if (options.body !== undefined) this.body = options.body;
    const { endpoint } = this.context;
    const keeper = new AnswerKeeper(endpoint.timers, endpoint.values, transaction, response, () => {
      this.settleAcked?.reject(new SipFailure(408, 'no ACK came'));
      void this.sayBye('no-ack', { Reason: 'SIP;cause=408;text="no ACK"' });
    });
    this.keepers.set(request.cseq.number, keeper);
  }

  /** The 2xx to an INVITE of ours. */
  answered(response: SipMessage, body: string | Buffer | undefined): void {
    this.peerUpdates = allows(response, 'UPDATE');
    this.body = body ?? this.body;
    const granted = sessionExpires(response);
    if (granted) this.sessionTimer.restart(granted.interval, granted.refresher !== 'uas');
    else if (this.context.sessionExpiresS > 0) this.sessionTimer.restart(this.context.sessionExpiresS, true);
  }

  /** A 2xx that came again gets the same ACK again, if it has had one (RFC 3261 §13.2.2.4). */
  repeatAck(seq: number): void {
    this.acks.repeat(seq);
  }

  sendAck(seq: number, body?: string | Buffer): void {
    if (body !== undefined && body.length > 0) this.body = body;
    this.acks.send(seq, body);
  }

  async request(method: string, options: RequestOptions = {}): Promise<SipMessage> {
    const message = this.build(method, options);
    let target: SipFlow;
    try {
      target = await this.target();
    } catch {
      return Object.assign(buildResponse(message, 503, 'none'), { synthetic: true });
    }
    const response = await this.context.endpoint.ask(message, target);
    // RFC 3261 §12.2.1.2: the other side knows of no such dialog any more.
    if (response.status === 481 || response.status === 408) this.end({ by: 'failure' });
    return response;
  }

  async reinvite(
    options: RequestOptions = {},
  ): Promise<{ response: SipMessage; ack(body?: string | Buffer): void }> {
    if (this.state === 'terminated') throw new SipFailure(481, 'the dialog has ended');
    if (this.reinviting) throw new SipFailure(491, 'another re-INVITE is under way'); // §14.1
    this.reinviting = 'local';
    try {
      const headers: Record<string, string> = {
        Contact: this.context.contact(this.dialog.flow.protocol),
        Allow: ALLOW,
        Supported: supportedValue,
      };
      if (this.context.sessionExpiresS > 0)
        headers['Session-Expires'] = `${this.context.sessionExpiresS};refresher=uac`;
      const message = this.build('INVITE', { ...options, headers: { ...headers, ...options.headers } });
      const target = await this.target();
      return await this.awaitReinvite(message, target, options.body);
    } finally {
      this.reinviting = undefined;
    }
  }

  bye(headers: Record<string, string | string[]> = {}): Promise<void> {
    return this.sayBye('local', headers);
  }

  onEnd(listener: (end: DialogEnd) => void): void {
    if (this.ended) listener(this.ended);
    else this.endListeners.push(listener);
  }

  onReinvite(handler: (request: SipMessage) => ReinviteAnswer | Promise<ReinviteAnswer>): void {
    this.reinviteHandler = handler;
  }

  onRequest(handler: (request: SipMessage, transaction: ServerTransaction) => void): void {
    this.requestHandler = handler;
  }

  onAck(listener: (ack: SipMessage) => void): void {
    this.ackListeners.push(listener);
  }

  receive(request: SipMessage, transaction: ServerTransaction): void {
    if (!this.dialog.acceptSeq(request))
      return void transaction.respond(500, { reason: 'CSeq Out Of Order' });
    switch (request.method) {
      case 'BYE':
        transaction.respond(200);
        return this.end({ by: 'remote', request });
      case 'INVITE':
        return this.receiveReinvite(request, transaction as AnswerableTransaction);
      case 'UPDATE':
        if (request.body.length === 0) return this.answerRefresh(request, transaction);
    }
    if (this.requestHandler) this.requestHandler(request, transaction);
    else if (request.method === 'INFO' || request.method === 'OPTIONS') transaction.respond(200);
    else transaction.respond(405, { headers: { Allow: ALLOW } });
  }

  receiveAck(ack: SipMessage): void {
    const { number } = ack.cseq;
    const keeper = this.keepers.get(number);
    if (keeper === undefined) return;
    keeper.stop();
    this.keepers.delete(number);
    this.settleAcked?.resolve(ack);
    this.settleAcked = undefined;
    for (const listener of this.ackListeners) listener(ack);
  }

  release(): void {
    this.end({ by: 'closed' });
  }

  private receiveReinvite(request: SipMessage, transaction: AnswerableTransaction): void {
    // RFC 3261 §14.2: ours is under way: 491. Theirs is: 500, and when to try again.
    if (this.reinviting === 'local') return void transaction.respond(491);
    if (this.reinviting === 'remote' || this.keepers.size > 0)
      return void transaction.respond(500, {
        headers: { 'Retry-After': String(Math.floor(Math.random() * 10)) },
      });
    const asked = sessionExpires(request);
    if (asked && asked.interval < MIN_SE_S)
      return void transaction.respond(422, { headers: { 'Min-SE': String(MIN_SE_S) } });
    this.reinviting = 'remote';
    void this.decideReinvite(request).then((answer) => {
      this.reinviting = undefined;
      if (this.state === 'terminated') return void transaction.respond(487);
      const { status = 200, ...options } = answer;
      if (status >= 300) return void transaction.respond(status, options);
      this.dialog.refreshTarget(request);
      this.answer(transaction, options);
    });
  }

  private async decideReinvite(request: SipMessage): Promise<ReinviteAnswer> {
    try {
      return (await this.reinviteHandler?.(request)) ?? { status: 488 };
    } catch {
      return { status: 500 };
    }
  }

  private awaitReinvite(
    message: SipMessage,
    target: SipFlow,
    body: string | Buffer | undefined,
  ): Promise<{ response: SipMessage; ack(body?: string | Buffer): void }> {
    const seq = message.cseq.number;
    let answered = false;
    return new Promise((resolve, reject) => {
      const transaction = this.context.endpoint.request(message, target);
      transaction.onEnd((why) => why === 'closed' && reject(new SipFailure(503, 'closed')));
      transaction.onResponse((response) => {
        if (response.status < 200) return;
        if (response.status >= 300) {
          reject(SipFailure.of(response));
          if (response.status === 481 || response.status === 408) this.end({ by: 'failure' });
          return;
        }
        if (answered) return this.repeatAck(seq);
        answered = true;
        this.dialog.refreshTarget(response);
        this.answered(response, body);
        if (body !== undefined && body.length > 0) this.sendAck(seq);
        resolve({ response, ack: (answer) => this.sendAck(seq, answer) });
      });
    });
  }

  /** RFC 4028 §7.4: UPDATE where the peer takes it, else a re-INVITE with the description as it stands. */
  private async refresh(): Promise<void> {
    const interval = this.context.sessionExpiresS || MIN_SE_S;
    const expires = { 'Session-Expires': `${interval};refresher=uac`, Supported: supportedValue };
    if (this.peerUpdates) {
      const response = await this.request('UPDATE', {
        headers: { Contact: this.context.contact(this.dialog.flow.protocol), ...expires },
      });
      if (response.status < 300) this.answered(response, undefined);
    } else await this.reinvite({ body: this.body, headers: expires }).catch(() => undefined);
  }

  private answerRefresh(request: SipMessage, transaction: ServerTransaction): void {
    const asked = sessionExpires(request);
    this.dialog.refreshTarget(request);
    const headers: Record<string, string> = { Contact: this.context.contact(transaction.source.protocol) };
    if (asked) {
      const refresher = asked.refresher ?? 'uac';
      headers['Session-Expires'] = `${asked.interval};refresher=${refresher}`;
      headers['Require'] = 'timer';
      this.sessionTimer.restart(asked.interval, refresher === 'uas');
    }
    transaction.respond(200, { headers });
  }

  private async sayBye(by: DialogEnd['by'], headers: Record<string, string | string[]>): Promise<void> {
    if (this.state === 'terminated') return;
    const bye = this.dialog.request('BYE', headers);
    this.end({ by, request: bye });
    try {
      await this.context.endpoint.ask(bye, await this.target());
    } catch {
      // Nowhere to send it to; the dialog is over all the same (§15).
    }
  }

  private build(method: string, options: RequestOptions): SipMessage {
    return this.dialog.request(method, options.headers).setBody(options.body, options.contentType);
  }

  private async target(): Promise<SipFlow> {
    return this.dialog.nextHop(this.context.endpoint);
  }

  private end(end: DialogEnd): void {
    if (this.state === 'terminated') return;
    this.state = 'terminated';
    this.ended = end;
    this.sessionTimer.stop();
    if (this.keepers.size > 0) this.settleAcked?.reject(new SipFailure(487, 'the dialog has ended'));
    for (const keeper of this.keepers.values()) keeper.stop();
    this.keepers.clear();
    this.context.dialogs.delete(this.dialog.id);
    for (const listener of this.endListeners) listener(end);
  }
}

export type AnswerableTransaction = ServerTransaction & { retransmit(response: SipMessage): void };

const allows = (message: SipMessage, method: string): boolean =>
  message.getAll('allow').some((value) => value.split(',').some((one) => one.trim() === method));
