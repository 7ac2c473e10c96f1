import { nameAddr, splitList } from './header-values.js';
import { SipMessage, type HeaderInput } from './message.js';
import { withTag } from './response.js';
import { resolveUri } from './resolve.js';
import type { SipFlow } from './types.js';
import { parseUri } from './uri.js';

/** What may be sent over while it is open: a connection, never a datagram's source. */
interface Reach {
  reaches(target: SipFlow): boolean;
}

const isLooseRoute = (route: string): boolean => /;\s*lr\s*(=|;|>|$)/i.test(route);

/** A dialog's state (RFC 3261 §12): identifiers, sequence numbers, route set, remote target. */
export class Dialog {
  remoteSeq: number | undefined;
  remoteTarget = '';
  /** Header values, first hop first. */
  routeSet: string[] = [];

  private constructor(
    readonly callId: string,
    /** From of the requests we send, tag and all. */
    readonly local: string,
    /** To of the requests we send, tag and all. */
    readonly remote: string,
    readonly localTag: string,
    readonly remoteTag: string,
    public localSeq: number,
    /** By which the other side is reached. */
    public flow: SipFlow,
  ) {}

  /** RFC 3261 §12.1.1: from a request that was received and the tag we answer it with. */
  static ofUas(request: SipMessage, localTag: string, source: SipFlow): Dialog {
    const to = withTag(request.get('to')!, localTag);
    const from = request.get('from')!;
    const dialog = new Dialog(request.callId, to, from, localTag, request.fromTag, 0, source);
    dialog.remoteSeq = request.cseq.number;
    dialog.routeSet = request.getAll('record-route').flatMap(splitList);
    dialog.refreshTarget(request);
    return dialog;
  }

  /** RFC 3261 §12.1.2: from a request we sent and a response to it that has a tag. */
  static ofUac(request: SipMessage, response: SipMessage, target: SipFlow): Dialog {
    const dialog = new Dialog(
      request.callId,
      request.get('from')!,
      response.get('to')!,
      request.fromTag,
      response.toTag,
      request.cseq.number,
      target,
    );
    dialog.remoteTarget = request.uri;
    dialog.confirm(response);
    return dialog;
  }

  get id(): string {
    return dialogId(this.callId, this.localTag, this.remoteTag);
  }

  /** The 2xx (or a later provisional) decides the route set and the target (RFC 3261 §13.2.2.4). */
  confirm(response: SipMessage): void {
    this.routeSet = response.getAll('record-route').flatMap(splitList).reverse();
    this.refreshTarget(response);
  }

  /** RFC 3261 §12.2: a target refresh, by the Contact of INVITE, UPDATE and their 2xx. */
  refreshTarget(message: SipMessage): void {
    const contact = message.get('contact');
    if (contact === undefined) return;
    const uri = nameAddr(splitList(contact)[0] ?? '').uri;
    if (uri !== '') this.remoteTarget = uri;
  }

  /** RFC 5626 §5.3: who comes by another connection, as after a lost network, is reached by that one. */
  cameBy(source: SipFlow): void {
    if (source.protocol !== 'udp' && this.routeSet.length === 0) this.flow = source;
  }

  /**
   * RFC 3261 §12.2.2: is the sequence number of this request in order? Remembers it if so.
   * A lower one has to be answered 500.
   */
  acceptSeq(request: SipMessage): boolean {
    const { number } = request.cseq;
    if (this.remoteSeq !== undefined && number < this.remoteSeq) return false;
    this.remoteSeq = number;
    return true;
  }

  /** RFC 3261 §12.2.1.1. ACK gets the number of its INVITE, all others the next one. */
  request(method: string, headers: HeaderInput = {}, seq?: number): SipMessage {
    const number = seq ?? ++this.localSeq;
    let uri = this.remoteTarget;
    let routes = this.routeSet;
    const first = routes[0];
    if (first !== undefined && !isLooseRoute(first)) {
      // A strict router wants its own URI in the request line, and the target as the last route.
      uri = nameAddr(first).uri;
      routes = [...routes.slice(1), `<${this.remoteTarget}>`];
    }
    const message = SipMessage.request(method, uri);
    for (const route of routes) message.add('Route', route);
    message.add('Max-Forwards', '70').add('From', this.local).add('To', this.remote);
    message.add('Call-ID', this.callId).add('CSeq', `${number} ${method}`);
    return message.addAll(headers);
  }

  /**
   * Where the next request goes: the open connection, else the first route, else the remote target.
   * @throws UnroutableError (or rejects with it)
   */
  nextHop(transports: Reach): SipFlow | Promise<SipFlow> {
    const route = this.routeSet[0];
    if (route !== undefined) {
      const hop = resolveUri(nameAddr(route).uri);
      if (hop instanceof Promise) return hop;
      // A route back over the connection the dialog came by (RFC 5626 §5.3).
      return this.flow.address === hop.address && this.isOpenConnection(transports) ? this.flow : hop;
    }
    if (this.isOpenConnection(transports)) return this.flow;
    if (this.flow.protocol === 'udp' && this.isBehindNat()) return this.flow;
    return resolveUri(this.remoteTarget);
  }

  private isOpenConnection(transports: Reach): boolean {
    return this.flow.protocol !== 'udp' && transports.reaches(this.flow);
  }

  /** A private Contact that came from another address can only be reached where it came from. */
  private isBehindNat(): boolean {
    const host = parseUri(this.remoteTarget)?.host ?? '';
    return host !== this.flow.address && isPrivate(host);
  }
}

export const dialogId = (callId: string, localTag: string, remoteTag: string): string =>
  `${callId}|${localTag}|${remoteTag}`;

/** RFC 1918, RFC 6598, and names that are made up. */
const isPrivate = (host: string): boolean =>
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(host) ||
  host.toLowerCase().endsWith('.invalid');
