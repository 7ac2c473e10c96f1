import { randomUUID } from 'node:crypto';
import {
  Dialog,
  nameAddr,
  newCallId,
  newTag,
  parseUri,
  protocolOf,
  resolveUri,
  SipMessage,
  UnroutableError,
  type SipFlow,
  type SipProtocol,
} from '../sip-stack/index.js';
import type { AdminClient } from './admin-client.js';
import { appHeader, atLocal, dressWith, type AppMessage } from './app-message.js';
import type { ServerDialog } from './dialog-store.js';
import { contactOf, hostPort, type Engine } from './engine.js';
import type { Frame } from './frames.js';
import type { OutboundInDialog } from './outbound-in-dialog.js';
import { echo, type Sent, type SentRequests } from './sent-requests.js';
import type { ServerDialogs } from './server-dialogs.js';

/** Requests of the applications: onto the network, and the answers back. */
export class Outbound {
  constructor(
    private readonly engine: Engine,
    private readonly dialogs: ServerDialogs,
    private readonly sent: SentRequests,
    private readonly inDialog: OutboundInDialog,
  ) {}

  /** A `sip` frame that carries a request. */
  send(client: AdminClient, frame: Frame, app: AppMessage): void {
    const [, , transactionId = '', dialogId = '', proxy = ''] = frame.tokens;
    if (dialogId !== '') return this.inDialog.send(client, frame, app, dialogId);
    if (app.method === 'CANCEL' && transactionId !== '')
      return this.cancel(client, frame, app, transactionId);
    const callId = appHeader(app, 'call-id');
    const known = callId === undefined ? undefined : this.engine.dialogs.byCallId(callId);
    if (known) return this.inDialog.send(client, frame, app, known.id);
    this.sendOutsideDialog(client, frame, app, proxy).catch((error: unknown) =>
      client.reply(frame, `NOK|${error instanceof Error ? error.message : 'request failed'}`),
    );
  }

  private async sendOutsideDialog(
    client: AdminClient,
    frame: Frame,
    app: AppMessage,
    proxy: string,
  ): Promise<void> {
    // Without <>, the parameters are the URI's: its transport among them.
    const hop = proxy === '' ? app.uri : proxy.includes('<') ? nameAddr(proxy).uri : proxy;
    const uri = parseUri(hop);
    if (uri === undefined) throw new Error(`invalid request-uri: ${hop}`);
    const protocol = protocolOf(uri);
    if (this.engine.endpoint.localAddress(protocol) === undefined)
      throw new Error('requested protocol/transport not available');
    if (this.isMyself(uri.host, uri.port ?? 5060)) throw new Error('can not send request to myself');
    if (app.body !== '' && !app.body.startsWith('v=0') && appHeader(app, 'content-type') === undefined)
      throw new Error('missing content-type');
    const request = this.build(app, protocol);
    const sent = this.sent.remember(client, request, '');
    let target: SipFlow | undefined;
    try {
      const resolved = resolveUri(hop);
      target = resolved instanceof Promise ? await resolved : resolved;
    } catch (error) {
      if (!(error instanceof UnroutableError)) throw error;
    }
    if (target === undefined) return this.sent.unroutable(sent, frame);
    this.sent.launch(sent, frame, target, (response) => this.receiveOutsideDialog(sent, response));
  }

  private build(app: AppMessage, protocol: SipProtocol): SipMessage {
    const local = hostPort(this.engine, protocol);
    const contact = contactOf(this.engine, protocol);
    const request = SipMessage.request(app.method, app.uri);
    const from = atLocal(appHeader(app, 'from') ?? contact, local);
    request.add('From', nameAddr(from).params.has('tag') ? from : `${from};tag=${newTag()}`);
    request.add('To', appHeader(app, 'to') ?? `<${app.uri}>`);
    request.add('Call-ID', appHeader(app, 'call-id') ?? newCallId());
    request.add('CSeq', appHeader(app, 'cseq') ?? `1 ${app.method}`);
    dressWith(request, app, local, ['route', 'max-forwards']);
    if ((app.method === 'INVITE' || app.method === 'SUBSCRIBE') && !request.has('contact'))
      request.add('Contact', contact);
    return request;
  }

  private cancel(client: AdminClient, frame: Frame, app: AppMessage, transactionId: string): void {
    const sent = this.sent.get(transactionId);
    if (sent?.request.method !== 'INVITE')
      return client.reply(frame, `NOK|unable to cancel unknown transaction id: ${transactionId}`);
    sent.cancelled = true;
    const headers: Record<string, string> = {};
    for (const { key, name, value } of app.headers)
      if (key === 'reason' || name.startsWith('X-')) headers[name] = value;
    sent.transaction?.cancel(headers);
    const shown = SipMessage.request('CANCEL', sent.request.uri);
    for (const header of sent.request.headers)
      if (['via', 'from', 'to', 'call-id', 'route'].includes(header.key)) shown.headers.push(header);
    shown.add('CSeq', `${sent.request.cseq.number} CANCEL`).add('Max-Forwards', '70').addAll(headers);
    client.reply(frame, echo(shown, sent.target ?? { protocol: 'udp', address: '', port: 0 }, randomUUID()));
  }

  private receiveOutsideDialog(sent: Sent, response: SipMessage): void {
    const { request } = sent;
    const { status } = response;
    if (status === 100) return;
    const formsDialog = request.method === 'INVITE' || request.method === 'SUBSCRIBE';
    const success = status >= 200 && status < 300;
    if (status >= 200 && !success) this.sent.forget(sent);
    if (formsDialog && (success || (status > 100 && status < 200 && response.has('rseq')))) {
      if (!this.keepDialog(sent, response)) return;
    }
    if (success) this.sent.forget(sent);
    this.sent.report(sent, response);
  }

  /** @returns whether the application is to hear of this response */
  private keepDialog(sent: Sent, response: SipMessage): boolean {
    const { request } = sent;
    const invite = request.method === 'INVITE';
    const success = response.status >= 200;
    const known = this.engine.dialogs.get(sent.dialogId);
    if (known?.confirmed && invite && success) {
      if (known.dialog.remoteTag === response.toTag) this.dialogs.repeatAck(known);
      else void this.dialogs.dismiss(Dialog.ofUac(request, response, sent.target!), request.cseq.number);
      return false;
    }
    if (sent.answered && success) return false; // repeated, and the dialog is over
    let entry = known;
    if (entry === undefined || entry.dialog.remoteTag !== response.toTag) {
      if (entry) this.engine.dialogs.remove(entry); // a fork that lost
      const dialog = Dialog.ofUac(request, response, sent.target!);
      entry = this.dialogs.open(dialog, {
        role: 'uac',
        method: request.method,
        client: sent.client,
        inviteTransactionId: sent.transactionId,
      });
      entry.localContact = request.get('contact') ?? entry.localContact;
      entry.localSdp = request.text;
    } else entry.dialog.confirm(response);
    if (!success) return true;
    sent.answered = true;
    entry.confirmed = true;
    if (invite) entry.unacked = request.cseq.number;
    entry.byeAfterAck = sent.cancelled;
    this.dialogs.startSessionTimer(entry, response, 'uac');
    if (!sent.client.connected) void this.endForgotten(entry);
    return true;
  }

  /** A 2xx for an application that has gone: acknowledge and end. */
  private async endForgotten(entry: ServerDialog): Promise<void> {
    this.engine.dialogs.remove(entry);
    await this.dialogs.dismiss(entry.dialog, entry.unacked ?? entry.dialog.localSeq);
  }

  /** drachtio-server refuses to send a request to itself. */
  private isMyself(host: string, port: number): boolean {
    const name = host === 'localhost' ? '127.0.0.1' : host;
    return this.engine.endpoint.listening.some(
      (one) => one.port === port && (one.ip === name || (one.ip === '0.0.0.0' && name === '127.0.0.1')),
    );
  }
}
