import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { refuseUpgrade } from '../identity/web-socket-door.js';
import { TokenBuckets } from '../sip/token-buckets.js';

/** The largest SIP message of a browser: an offer with many candidates has some KB. */
const LARGEST_BYTES = 64 * 1024;
/** What may wait for a page that does not read. */
const MOST_WAITING_BYTES = 512 * 1024;
const CONNECT_MS = 5_000;
/** Messages of one page: a call with trickled keys needs a few a second. */
const PER_SECOND = 30;
const BURST = 120;
/** INVITEs of one page. */
const CALLS_PER_SECOND = 0.5;
const CALLS_BURST = 10;
/** RFC 6455 §7.4.1, and our own (§7.4.2). */
const CLOSE = { away: 1013, foreign: 4403, tooMany: 4429, tooSlow: 4408, signedOut: 4401 } as const;

/** What a page's message is, where not everything may pass. */
export type Kind = 'invite' | 'other' | 'foreign';

/** A page with its way to the SIP server. */
export interface Relayed {
  /** Whose it is, for the limits: a sign-in's token, or an address. */
  readonly owner: string;
  readonly page: WebSocket;
  /** Answered our last ping. */
  alive: boolean;
}

/**
 * SIP over WebSocket of pages, handed on frame by frame to the SIP server's own WebSocket port: one origin, one
 * certificate, and no port of the SIP server that is open to browsers.
 */
export class SipRelay {
  readonly open = new Set<Relayed>();
  private readonly rate = new TokenBuckets(PER_SECOND, BURST);
  private readonly callRate = new TokenBuckets(CALLS_PER_SECOND, CALLS_BURST);
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_BYTES,
    clientTracking: false,
    // RFC 7118 §4.2: without the subprotocol `sip` there is no connection.
    handleProtocols: (offered) => (offered.has('sip') ? 'sip' : false),
  });
  private made = 0;

  /**
   * @param url of the SIP server's WebSocket port
   * @param most sockets at once: of all, and of one owner
   * @param kindOf a message; one that is foreign ends the connection
   * @param left told where a connection to the SIP server came from that has ended
   */
  constructor(
    private readonly url: string,
    private readonly most: { all: number; each: number },
    private readonly kindOf: (message: string) => Kind = (message) =>
      message.startsWith('INVITE ') ? 'invite' : 'other',
    private readonly left: (source: { address: string; port: number }) => void = () => undefined,
  ) {}

  /** Grants an upgrade whose asker was found good. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, owner: string): void {
    if (!/(^|,)\s*sip\s*(,|$)/.test(request.headers['sec-websocket-protocol'] ?? ''))
      return refuseUpgrade(socket, '400 Bad Request');
    const theirs = [...this.open].filter((one) => one.owner === owner).length;
    if (this.open.size >= this.most.all || theirs >= this.most.each)
      return refuseUpgrade(socket, '429 Too Many Requests');
    this.sockets.handleUpgrade(request, socket, head, (page) => this.relay({ owner, page, alive: true }));
  }

  /** Lets go of those who are gone without a word, and asks the others for a sign of life. */
  beat(): void {
    for (const one of this.open) {
      if (!one.alive) one.page.terminate();
      one.alive = false;
      if (one.page.readyState === WebSocket.OPEN) one.page.ping();
    }
  }

  /** The page has nobody behind it any more. */
  signedOut({ page }: Relayed): void {
    page.close(CLOSE.signedOut, 'sign in again');
  }

  close(): void {
    for (const { page } of this.open) page.terminate();
  }

  private relay(relayed: Relayed): void {
    const { page } = relayed;
    const key = String((this.made += 1));
    const server = new WebSocket(this.url, 'sip', {
      handshakeTimeout: CONNECT_MS,
      maxPayload: LARGEST_BYTES,
      perMessageDeflate: false,
    });
    const waiting: RawData[] = [];
    this.open.add(relayed);
    page.on('pong', () => (relayed.alive = true));
    page.on('message', (data: Buffer) => {
      relayed.alive = true;
      const kind = this.kindOf(data.toString());
      if (kind === 'foreign') return page.close(CLOSE.foreign, 'not here');
      if (!this.rate.take(key) || (kind === 'invite' && !this.callRate.take(key)))
        return page.close(CLOSE.tooMany, 'too many messages');
      if (server.readyState === WebSocket.CONNECTING) waiting.push(data);
      else pass(data, server, page);
    });
    server.on('upgrade', ({ socket: { localAddress: address = '', localPort: port = 0 } }) =>
      server.on('close', () => this.left({ address, port })),
    );
    server.on('open', () => waiting.splice(0).forEach((data) => pass(data, server, page)));
    server.on('message', (data) => pass(data, page, page));
    page.on('error', () => page.terminate());
    page.on('close', () => {
      this.open.delete(relayed);
      server.terminate();
    });
    server.on('error', (error) =>
      log('phone').warn({ error: messageOf(error) }, 'a page has no way to the SIP server'),
    );
    server.on('close', () => page.close(CLOSE.away, 'the SIP server is away'));
  }
}

/** RFC 7118 §5.2: text frames; browsers' libraries read text alone. */
function pass(data: RawData, to: WebSocket, page: WebSocket): void {
  if (to.readyState !== WebSocket.OPEN) return;
  if (to.bufferedAmount > MOST_WAITING_BYTES) return page.close(CLOSE.tooSlow, 'too slow: connect again');
  to.send(data, { binary: false });
}
