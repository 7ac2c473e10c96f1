import {
  ALLOW,
  supportedValue,
  unsupportedOptions,
  type AgentContext,
  type DialogParty,
} from './agent-context.js';
import { dialogId } from './dialog.js';
import { answerChallenge } from './digest.js';
import { SipEndpoint } from './endpoint.js';
import { newCallId, newTag } from './identifiers.js';
import { SipIncomingInvite } from './incoming-invite.js';
import type { AnswerableTransaction } from './invite-dialog.js';
import { SipMessage } from './message.js';
import { SipOutgoingInvite } from './outgoing-invite.js';
import { resolveUri } from './resolve.js';
import { buildResponse } from './response.js';
import { MIN_SE_S, sessionExpires } from './session-timer.js';
import type {
  Credentials,
  IncomingInvite,
  InviteOptions,
  ListenOptions,
  OutgoingInvite,
  OutOfDialogOptions,
  ServerTransaction,
  SipCounts,
  SipFlow,
  SipProtocol,
  UserAgentApi,
  UserAgentOptions,
} from './types.js';

const PATIENCE_MS = 180_000;

/** A user agent: makes and takes calls over one endpoint (RFC 3261 §8, §13). */
export class UserAgent implements UserAgentApi {
  readonly endpoint: SipEndpoint;
  private readonly dialogs = new Map<string, DialogParty>();
  private readonly context: AgentContext;
  private inviteHandler: ((invite: IncomingInvite) => void) | undefined;
  private requestHandler: ((request: SipMessage, transaction: ServerTransaction) => void) | undefined;

  constructor(private readonly options: UserAgentOptions = {}) {
    this.endpoint = new SipEndpoint(options);
    this.endpoint.dialogCount = () => this.dialogs.size;
    this.endpoint.onRequest((request, transaction) => this.receive(request, transaction));
    this.endpoint.onAck((ack) =>
      this.dialogs.get(dialogId(ack.callId, ack.toTag, ack.fromTag))?.receiveAck(ack),
    );
    this.context = {
      endpoint: this.endpoint,
      dialogs: this.dialogs,
      contact: (protocol) => this.contact(protocol),
      sessionExpiresS: options.sessionExpiresS ?? 0,
    };
  }

  listen(options: ListenOptions): Promise<{ port: number }> {
    return this.endpoint.listen(options);
  }

  onInvite(handler: (invite: IncomingInvite) => void): void {
    this.inviteHandler = handler;
  }

  onRequest(handler: (request: SipMessage, transaction: ServerTransaction) => void): void {
    this.requestHandler = handler;
  }

  invite(options: InviteOptions): OutgoingInvite {
    const target = this.route(options);
    const request = this.build('INVITE', 1, options);
    const invite = new SipOutgoingInvite(this.context, request, {
      timeoutMs: options.timeoutMs ?? PATIENCE_MS,
      authorize: (challenge, sent) => this.authorize(challenge, sent, options.credentials),
    });
    void invite.start(target);
    return invite;
  }

  async request(options: OutOfDialogOptions): Promise<SipMessage> {
    const request = this.build(options.method, options.cseq ?? 1, options);
    let target: SipFlow;
    try {
      target = await this.route(options);
    } catch {
      return Object.assign(buildResponse(request, 503, 'none'), { synthetic: true });
    }
    const response = await this.endpoint.ask(request, target);
    const retry = this.authorize(response, request, options.credentials);
    return retry ? this.endpoint.ask(retry, target) : response;
  }

  /** A Contact value that leads here over this protocol. */
  contact(protocol: SipProtocol): string {
    const local = this.endpoint.localAddress(protocol);
    const user = this.options.user ? `${this.options.user}@` : '';
    const transport = protocol === 'udp' ? '' : `;transport=${protocol}`;
    return `<sip:${user}${local?.ip ?? '127.0.0.1'}:${local?.port ?? 5060}${transport}>`;
  }

  get counts(): SipCounts {
    return this.endpoint.counts;
  }

  async close(): Promise<void> {
    for (const dialog of [...this.dialogs.values()]) dialog.release();
    await this.endpoint.close();
  }

  private receive(request: SipMessage, transaction: ServerTransaction): void {
    if (request.toTag !== '') {
      const dialog = this.dialogs.get(dialogId(request.callId, request.toTag, request.fromTag));
      if (dialog) dialog.receive(request, transaction);
      else transaction.respond(481);
      return;
    }
    const unknown = unsupportedOptions(request);
    if (unknown.length > 0)
      return void transaction.respond(420, { headers: { Unsupported: unknown.join(', ') } });
    if (request.method === 'INVITE' && this.inviteHandler) return this.receiveInvite(transaction);
    if (this.requestHandler) return this.requestHandler(request, transaction);
    if (request.method === 'OPTIONS')
      transaction.respond(200, {
        headers: { Allow: ALLOW, Supported: supportedValue, Accept: 'application/sdp' },
      });
    // RFC 3261 §12.2.2: a request that belongs into a dialog, and there is none.
    else if (request.method === 'BYE' || request.method === 'PRACK') transaction.respond(481);
    else transaction.respond(405, { headers: { Allow: ALLOW } });
  }

  private receiveInvite(transaction: ServerTransaction): void {
    const { request } = transaction;
    // RFC 3261 §8.2.3, §13.3.1, RFC 4475 §3.3.6, §3.3.15: sessions are described in SDP here.
    if (
      request.body.length > 0 &&
      !/^(application\/sdp|multipart\/)/i.test(request.get('content-type') ?? '')
    )
      return void transaction.respond(415, { headers: { Accept: 'application/sdp' } });
    if (request.has('accept') && !/application\/(sdp|\*)|\*\/\*/i.test(request.getAll('accept').join()))
      return void transaction.respond(406);
    const asked = sessionExpires(request);
    if (asked && asked.interval < MIN_SE_S)
      return void transaction.respond(422, { headers: { 'Min-SE': String(MIN_SE_S) } });
    this.inviteHandler!(new SipIncomingInvite(this.context, transaction as AnswerableTransaction));
  }

  private build(method: string, seq: number, options: InviteOptions): SipMessage {
    const request = SipMessage.request(method, options.uri);
    request.add('From', `${options.from};tag=${newTag()}`).add('To', options.to ?? `<${options.uri}>`);
    request.add('Call-ID', options.callId ?? newCallId()).add('CSeq', `${seq} ${method}`);
    request.addAll(options.headers ?? {});
    if (!request.has('contact')) request.add('Contact', this.contact(this.protocolOf(options)));
    if (method === 'INVITE') {
      if (!request.has('allow')) request.add('Allow', ALLOW);
      if (!request.has('supported')) request.add('Supported', supportedValue);
      const seconds = this.context.sessionExpiresS;
      if (seconds > 0 && !request.has('session-expires')) request.add('Session-Expires', String(seconds));
    }
    return request.setBody(options.body, options.contentType);
  }

  private protocolOf(options: InviteOptions): SipProtocol {
    if (options.target) return options.target.protocol;
    const asked = /;transport=(\w+)/i.exec(options.uri)?.[1]?.toLowerCase();
    return (asked as SipProtocol | undefined) ?? (options.uri.startsWith('sips:') ? 'tls' : 'udp');
  }

  private route(options: InviteOptions): SipFlow | Promise<SipFlow> {
    if (options.target) return options.target;
    try {
      return resolveUri(options.uri);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** The same request with credentials and the next CSeq (RFC 3261 §22.2); once only. */
  private authorize(
    challenge: SipMessage,
    sent: SipMessage,
    credentials: Credentials | undefined,
  ): SipMessage | undefined {
    if (credentials === undefined || (challenge.status !== 401 && challenge.status !== 407)) return undefined;
    if (sent.has('authorization') || sent.has('proxy-authorization')) return undefined;
    const answer = answerChallenge(challenge, sent, credentials);
    if (answer === undefined) return undefined;
    const retry = sent.clone();
    retry.remove('via').set('CSeq', `${sent.cseq.number + 1} ${sent.method}`);
    return retry.add(answer.name, answer.value);
  }
}
