import { SipClientTransaction } from './client-transaction.js';
import { newBranch } from './identifiers.js';
import { LIMITS, RFC_TIMERS } from './limits.js';
import { hash, mergeKey, serverKey } from './transaction-keys.js';
import type { HeaderInput, SipMessage } from './message.js';
import { SipMessage as Message } from './message.js';
import { parseSip, serialize, SipParseError } from './parser.js';
import { buildResponse } from './response.js';
import { SipServerTransaction } from './server-transaction.js';
import { SourceGuard } from './source-guard.js';
import { Timers } from './timers.js';
import type { TransactionHost } from './transaction-host.js';
import { Lingering } from './lingering.js';
import { Transports } from './transports.js';
import type {
  ClientTransaction,
  EndpointApi,
  EndpointLimits,
  EndpointOptions,
  ListenOptions,
  ServerTransaction,
  SipCounts,
  SipFlow,
  SipProtocol,
  SipSource,
  TimerValues,
} from './types.js';
import { markReceived, replyFlow } from './via.js';

type RequestHandler = (request: SipMessage, transaction: ServerTransaction) => void;

/**
 * Transports and transactions (RFC 3261 §17, §18; RFC 3581; RFC 6026): what comes in is parsed, bounded and matched;
 * what goes out is retransmitted as long as the RFC says.
 */
export class SipEndpoint implements EndpointApi {
  readonly timers = new Timers();
  readonly values: TimerValues;
  readonly limits: EndpointLimits;
  private readonly guard: SourceGuard;
  private readonly transports: Transports;
  private readonly servers = new Map<string, SipServerTransaction>();
  private readonly clients = new Map<string, SipClientTransaction>();
  /** Call-ID, From tag, CSeq → branch of the request at work (RFC 3261 §8.2.2.2). */
  private readonly merged = new Map<string, SipServerTransaction>();
  private readonly lingering: Lingering;
  private readonly host: TransactionHost;
  private requestHandler: RequestHandler = (_request, transaction) => void transaction.respond(501);
  private ackHandler: (ack: SipMessage, source: SipSource) => void = () => undefined;
  private malformedHandler: (source: SipSource, error: SipParseError) => void = () => undefined;
  private closed = false;
  /** Set by what keeps dialogs on top, for `counts`. */
  dialogCount: () => number = () => 0;

  constructor(private readonly options: EndpointOptions = {}) {
    this.values = { ...RFC_TIMERS, ...options.timers };
    this.limits = { ...LIMITS, ...options.limits };
    this.guard = new SourceGuard(this.limits);
    this.lingering = new Lingering(this.limits.lingering);
    this.transports = new Transports(
      { guard: this.guard, timers: this.timers, limits: this.limits, dial: options.dialWebSockets ?? true },
      {
        message: (bytes, source, stream) => this.received(bytes, source, stream),
        broken: (head, source) => this.received(head, source, true),
      },
    );
    this.host = {
      timers: this.timers,
      values: this.values,
      userAgent: options.userAgent,
      send: (bytes, target, failed) => this.transports.send(bytes, target, failed),
    };
  }

  async listen(options: ListenOptions): Promise<{ port: number }> {
    const { port } = await this.transports.listen(options);
    return { port };
  }

  /** UDP and TCP on one port; see Transports. */
  async listenUdpAndTcp(ip: string, port: number): Promise<{ port: number }> {
    return { port: await this.transports.listenUdpAndTcp(ip, port) };
  }

  onRequest(handler: RequestHandler): void {
    this.requestHandler = handler;
  }

  onAck(handler: (ack: SipMessage, source: SipSource) => void): void {
    this.ackHandler = handler;
  }

  /** Something came that is no SIP message; a request has been answered already where that was possible. */
  onMalformed(handler: (source: SipSource, error: SipParseError) => void): void {
    this.malformedHandler = handler;
  }

  request(message: SipMessage, target: SipFlow): ClientTransaction {
    const branch = newBranch();
    this.dress(message, target, branch);
    const transaction = this.newClient(branch, message, target);
    // Listeners are set after this returns; nothing is sent, and so nothing fails, before.
    queueMicrotask(() => (this.closed ? transaction.end('closed') : transaction.start()));
    return transaction;
  }

  ask(message: SipMessage, target: SipFlow): Promise<SipMessage> {
    return new Promise((resolve) => {
      const transaction = this.request(message, target);
      transaction.onResponse((response) => response.status >= 200 && resolve(response));
      transaction.onEnd((why) => why === 'closed' && resolve(buildResponse(message, 503, 'none')));
    });
  }

  sendAck(message: SipMessage, target: SipFlow): void {
    if (this.closed) return;
    this.dress(message, target, newBranch());
    this.transports.send(serialize(message), target, () => undefined);
  }

  /** Sends the same bytes again (the ACK to a 2xx that came again). */
  resendAck(message: SipMessage, target: SipFlow): void {
    if (!this.closed) this.transports.send(serialize(message), target, () => undefined);
  }

  /** host:port that stands in Via and Contact for this protocol; undefined when nothing listens for it. */
  localAddress(protocol: SipProtocol): { ip: string; port: number } | undefined {
    return this.transports.local(protocol);
  }

  get listening(): readonly { protocol: SipProtocol; ip: string; port: number }[] {
    return this.transports.listening;
  }

  /** Is there an open connection to this target (UDP: always)? */
  reaches(target: SipFlow): boolean {
    return this.transports.reaches(target);
  }

  get counts(): SipCounts {
    const lingering = this.lingering.size;
    return {
      transactions: this.servers.size + this.clients.size - lingering,
      lingering,
      dialogs: this.dialogCount(),
      timers: this.timers.count,
      connections: this.guard.connectionCount,
      refused: this.guard.refused,
    };
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const transaction of [...this.servers.values(), ...this.clients.values()]) transaction.end('closed');
    await this.transports.close();
    this.timers.stopAll();
  }

  private received(bytes: Buffer, source: SipSource, stream: boolean): void {
    if (this.closed || this.guard.isMuted(source.address)) return;
    let message: SipMessage;
    try {
      message = parseSip(bytes, { stream });
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      return this.malformed(error, source);
    }
    if (message.isRequest) this.receivedRequest(message, source);
    else this.receivedResponse(message);
  }

  private malformed(error: SipParseError, source: SipSource): void {
    this.guard.garbage(source.address);
    const request = error.partial;
    // RFC 4475 §3.3.1: even what lacks From, To or Call-ID is answered, as long as a Via names who asked.
    if (request?.isRequest && request.method !== 'ACK' && request.has('via')) {
      if (request.topVia) markReceived(request, source);
      this.answerStateless(request, source, error.status, {});
    }
    this.malformedHandler(source, error);
  }

  private receivedRequest(request: SipMessage, source: SipSource): void {
    const via = markReceived(request, source);
    const key = serverKey(request, via.branch, via.sentBy);
    const known = this.servers.get(key);
    if (request.method === 'ACK') {
      if (known && known.state !== 'accepted') known.receiveAck(request);
      else this.ackHandler(request, source);
      return;
    }
    if (known) return known.receiveAgain();
    if (request.method === 'CANCEL') return this.receivedCancel(request, source, key);
    if (!this.guard.admitTransaction(source.address))
      return this.answerStateless(request, source, 503, { headers: { 'Retry-After': '5' } });
    const transaction = this.newServer(key, request, source);
    // RFC 3261 §8.2.2.2: the same request by another path.
    const merge = request.toTag === '' ? mergeKey(request) : '';
    if (merge !== '' && this.merged.has(merge)) return void transaction.respond(482);
    if (merge !== '') this.merged.set(merge, transaction);
    if (transaction.isInvite) transaction.startTrying(this.options.tryingAfterMs ?? 200);
    this.requestHandler(request, transaction);
  }

  /** RFC 3261 §9.2: the CANCEL is answered here; the INVITE is its user's. */
  private receivedCancel(cancel: SipMessage, source: SipSource, key: string): void {
    const invite = this.servers.get(`${key.slice(0, key.lastIndexOf('|'))}|INVITE`);
    if (!this.guard.admitTransaction(source.address)) return;
    const transaction = this.newServer(key, cancel, source);
    if (invite === undefined) return void transaction.respond(481);
    transaction.localTag = invite.localTag;
    transaction.respond(200);
    invite.receiveCancel(cancel);
  }

  private receivedResponse(response: SipMessage): void {
    const branch = response.topVia?.params.get('branch') ?? '';
    this.clients.get(`${branch}|${response.cseq.method}`)?.receive(response);
    // RFC 3261 §18.1.2: what matches nothing is dropped.
  }

  private answerStateless(
    request: SipMessage,
    source: SipSource,
    status: number,
    options: { reason?: string; headers?: HeaderInput },
  ): void {
    // RFC 3261 §8.2.7: without state the tag must come out the same each time.
    const tag = `s${hash(`${request.get('via')}${request.callId}`)}`;
    const response = buildResponse(request, status, tag, options, this.options.userAgent);
    this.transports.send(serialize(response), replyFlow(request, source, this.transports), () => undefined);
  }

  private newServer(key: string, request: SipMessage, source: SipSource): SipServerTransaction {
    const owner = {
      lingers: (transaction: SipServerTransaction) => {
        this.guard.transactionDone(source.address);
        this.lingering.add(transaction);
      },
      terminated: (transaction: SipServerTransaction) => {
        if (!this.lingering.delete(transaction)) this.guard.transactionDone(source.address);
        this.servers.delete(key);
        const merge = mergeKey(request);
        if (this.merged.get(merge) === transaction) this.merged.delete(merge);
      },
    };
    const replyTo = replyFlow(request, source, this.transports);
    const transaction = new SipServerTransaction(this.host, owner, request, source, replyTo);
    this.servers.set(key, transaction);
    return transaction;
  }

  private newClient(branch: string, message: SipMessage, target: SipFlow): SipClientTransaction {
    const key = `${branch}|${message.method}`;
    const owner = {
      sendCancel: (transaction: SipClientTransaction, headers: HeaderInput) =>
        this.cancelOf(transaction, headers),
      lingers: (transaction: SipClientTransaction) => this.lingering.add(transaction),
      terminated: (transaction: SipClientTransaction) => {
        this.lingering.delete(transaction);
        this.clients.delete(key);
      },
    };
    const transaction = new SipClientTransaction(this.host, owner, branch, message, target);
    this.clients.set(key, transaction);
    return transaction;
  }

  /** RFC 3261 §9.1: the same Request-URI, Call-ID, To, From, CSeq number, Route and top Via. */
  private cancelOf(invite: SipClientTransaction, headers: HeaderInput): void {
    const { request } = invite;
    const cancel = Message.request('CANCEL', request.uri);
    cancel.add('Via', request.get('via')!);
    for (const header of request.headers)
      if (['from', 'to', 'call-id', 'route'].includes(header.key)) cancel.headers.push(header);
    cancel.add('CSeq', `${request.cseq.number} CANCEL`).add('Max-Forwards', '70').addAll(headers);
    if (!this.closed) this.newClient(invite.id, cancel, invite.target).start();
  }

  /** Via on top, Max-Forwards and User-Agent where they are missing. */
  private dress(message: SipMessage, target: SipFlow, branch: string): void {
    const local = this.transports.local(target.protocol);
    const sentBy = local ? `${local.ip}:${local.port}` : '127.0.0.1';
    const via = `SIP/2.0/${target.protocol.toUpperCase()} ${sentBy};rport;branch=${branch}`;
    message.addFirst('Via', via);
    if (!message.has('max-forwards')) message.add('Max-Forwards', '70');
    if (this.options.userAgent !== undefined && !message.has('user-agent'))
      message.add('User-Agent', this.options.userAgent);
  }
}
