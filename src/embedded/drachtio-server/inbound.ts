import {
  MIN_SE_S,
  parseUri,
  sessionExpires,
  type HeaderInput,
  type ServerTransaction,
  type SipMessage,
  type SipSource,
} from '../sip-stack/index.js';
import type { AdminClient } from './admin-client.js';
import { stackDialogId, type ServerDialog } from './dialog-store.js';
import type { EarlyRequests } from './early-requests.js';
import { tell, type Engine } from './engine.js';
import { KNOWN_METHODS, unknownExtensions } from './methods.js';
import type { ResendingTransaction, WaitingRequests } from './waiting-requests.js';

/** Requests of the network, to the application that is to answer them. */
export class Inbound {
  constructor(
    private readonly engine: Engine,
    private readonly waiting: WaitingRequests,
    private readonly early: EarlyRequests,
  ) {}

  /** An application asks for this method. */
  routed(verb: string): void {
    for (const { request, transaction, cancel } of this.early.release(verb)) {
      const client = this.receive(request, transaction);
      if (client && cancel) this.cancelled(client, request, transaction, cancel);
    }
  }

  /** @returns who is told of it, where it is a new request for an application */
  receive(request: SipMessage, transaction: ServerTransaction): AdminClient | undefined {
    const own = transaction as ResendingTransaction;
    if (request.toTag !== '') return void this.receiveInDialog(request, own);
    const refusal = this.refusalOf(request);
    if (refusal) return void own.respond(refusal.status, { headers: refusal.headers });
    const client = this.engine.admin.choose(request.method);
    if (client === undefined) {
      if (this.early.hold(request, own)) return undefined;
      return void own.respond(KNOWN_METHODS.has(request.method) ? 503 : 501);
    }
    this.waiting.hand(client, own, undefined);
    const { localAddress, localPort } = own.source;
    tell(client, request, own.source, own.id, '', { receivedOn: { ip: localAddress, port: localPort } });
    own.onCancel((cancel) => this.cancelled(client, request, own, cancel));
    return client;
  }

  private cancelled(
    client: AdminClient,
    request: SipMessage,
    own: ResendingTransaction,
    cancel: SipMessage,
  ): void {
    const tagged = own.status > 100;
    own.respond(487);
    this.waiting.take(own.id);
    // drachtio-server names the dialog once a tag has gone out.
    tell(client, cancel, own.source, own.id, tagged ? stackDialogId(request.callId, request.fromTag) : '');
  }

  /** An ACK that belongs to a 2xx. */
  receiveAck(ack: SipMessage, source: SipSource): void {
    const entry = this.engine.dialogs.of(ack);
    if (entry?.keeper === undefined) return;
    entry.keeper.stop();
    entry.keeper = undefined;
    if (entry.client) tell(entry.client, ack, source, entry.inviteTransactionId, entry.id);
  }

  private refusalOf(request: SipMessage): { status: number; headers?: HeaderInput } | undefined {
    if (parseUri(request.uri) === undefined && !request.uri.toLowerCase().startsWith('tel:'))
      return { status: /^sips?:/i.test(request.uri) ? 400 : 416 }; // RFC 3261 §8.2.2.1
    // drachtio-server leaves the rest of an INVITE to the application, which writes what it refuses down.
    if (request.method === 'INVITE') return undefined;
    const unknown = unknownExtensions(request);
    if (unknown.length > 0) return { status: 420, headers: { Unsupported: unknown.join(', ') } };
    if (request.method === 'BYE' || request.method === 'PRACK' || request.method === 'UPDATE')
      return { status: 481 };
    return undefined;
  }

  private receiveInDialog(request: SipMessage, transaction: ResendingTransaction): void {
    const entry = this.engine.dialogs.of(request);
    if (entry === undefined) return void transaction.respond(481);
    if (request.method === 'PRACK') return this.receivePrack(request, transaction, entry);
    if (!entry.dialog.acceptSeq(request))
      return void transaction.respond(500, { reason: 'CSeq Out Of Order' });
    if (request.method === 'INVITE') {
      if (entry.sentInvite || entry.unacked !== undefined) return void transaction.respond(491); // RFC 3261 §14.2
      if (entry.receivedInvite || entry.keeper)
        return void transaction.respond(500, {
          headers: { 'Retry-After': String(Math.floor(Math.random() * 10)) },
        });
      const asked = sessionExpires(request);
      if (asked && asked.interval < MIN_SE_S)
        return void transaction.respond(422, { headers: { 'Min-SE': String(MIN_SE_S) } });
    }
    if (request.method === 'INVITE') entry.dialog.cameBy(transaction.source);
    const ends = request.method === 'BYE' || isLastNotify(request, entry);
    if (ends) this.engine.dialogs.remove(entry);
    const { client } = entry;
    if (client === undefined) return void transaction.respond(481);
    if (request.method === 'INVITE') entry.receivedInvite = true;
    this.waiting.hand(client, transaction, entry);
    tell(client, request, transaction.source, transaction.id, entry.id);
    transaction.onCancel((cancel) => {
      transaction.respond(487);
      this.waiting.take(transaction.id);
      tell(client, cancel, transaction.source, transaction.id, entry.id);
    });
  }

  /** RFC 3262 §3: the provisional is not repeated any more; the application answers the PRACK. */
  private receivePrack(request: SipMessage, transaction: ResendingTransaction, entry: ServerDialog): void {
    const { reliable } = entry;
    if (!reliable || Number((request.get('rack') ?? '').split(/\s+/)[0]) !== reliable.rseq)
      return void transaction.respond(481);
    entry.dialog.acceptSeq(request);
    reliable.keeper.stop();
    entry.reliable = undefined;
    if (entry.client === undefined) return void transaction.respond(200);
    this.waiting.hand(entry.client, transaction, entry);
    tell(entry.client, request, transaction.source, transaction.id, entry.id);
  }
}

/** RFC 6665 §4.4.1: it ends the subscription's dialog. */
const isLastNotify = (request: SipMessage, entry: ServerDialog): boolean =>
  request.method === 'NOTIFY' &&
  entry.method === 'SUBSCRIBE' &&
  (request.get('subscription-state') ?? '').trim().startsWith('terminated');
