import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { AdminClient } from './admin-client.js';
import type { Frame } from './frames.js';

/** What drachtio-srf asks for: 0.8.2 or later, or it sends no pings. */
const SPOKEN_VERSION = 'v0.9.10';

/** Control ports listen here and nowhere else. */
const LOOPBACK = '127.0.0.1';

/** Time an unauthenticated connection has. */
const AUTHENTICATE_MS = 5000;
const MAX_CLIENTS = 64;

export interface AdminServerEvents {
  /** A `sip` or `proxy` frame of an authenticated client. */
  command(client: AdminClient, frame: Frame): void;
  dropped(client: AdminClient): void;
  /** An application asks for the requests of this method, in lower case. */
  routed(verb: string): void;
  /** `tcp/127.0.0.1:5060,udp/127.0.0.1:5060`, told to each client. */
  hostports(): string;
}

/** The applications connected over drachtio's admin protocol, and which of them takes which request. */
export class AdminServer {
  private readonly clients = new Set<AdminClient>();
  /** Next client's place, by verb: new requests go round. */
  private readonly turns = new Map<string, number>();
  private readonly secretHash: Buffer;
  private server: Server | undefined;

  constructor(
    secret: string,
    private readonly events: AdminServerEvents,
  ) {
    this.secretHash = sha256(secret);
  }

  /** @throws the socket's error, EADDRINUSE for one */
  async listen(port: number): Promise<number> {
    const server = createServer((socket) => {
      if (this.clients.size >= MAX_CLIENTS) {
        socket.destroy();
        return;
      }
      const client = new AdminClient(socket, {
        frame: (from, frame) => this.received(from, frame),
        closed: (from) => this.closed(from),
      });
      this.clients.add(client);
      const late = setTimeout(() => !client.authenticated && client.destroy(), AUTHENTICATE_MS);
      socket.once('close', () => clearTimeout(late));
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: LOOPBACK, port }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', () => undefined);
    return (server.address() as AddressInfo).port;
  }

  /** The client whose turn it is to take a new request of this method; undefined when none wants it. */
  choose(method: string): AdminClient | undefined {
    const verb = method.toLowerCase();
    const willing = [...this.clients].filter((client) => client.authenticated && client.routes.has(verb));
    if (willing.length === 0) return undefined;
    const turn = (this.turns.get(verb) ?? 0) % willing.length;
    this.turns.set(verb, turn + 1);
    return willing[turn];
  }

  /** Verbs asked for, over all clients. */
  get routes(): number {
    let count = 0;
    for (const client of this.clients) count += client.routes.size;
    return count;
  }

  get size(): number {
    return this.clients.size;
  }

  async close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const client of this.clients) client.destroy();
    await closed;
    this.clients.clear();
  }

  private received(client: AdminClient, frame: Frame): void {
    if (frame.kind === 'authenticate') return this.authenticate(client, frame);
    if (!client.authenticated) return client.destroy();
    switch (frame.kind) {
      case 'ping':
        return client.reply(frame, 'OK|pong');
      case 'route': {
        const verb = (frame.tokens[2] ?? '').toLowerCase();
        client.routes.add(verb);
        client.reply(frame, 'OK');
        return this.events.routed(verb);
      }
      case 'remove_route':
        client.routes.delete((frame.tokens[2] ?? '').toLowerCase());
        return client.reply(frame, 'OK');
      case 'sip':
      case 'proxy':
        return this.events.command(client, frame);
      default:
        client.reply(frame, 'NO|Unknown message type');
        client.end();
    }
  }

  private authenticate(client: AdminClient, frame: Frame): void {
    if (!timingSafeEqual(sha256(frame.tokens[2] ?? ''), this.secretHash)) {
      client.reply(frame, 'NO|incorrect secret');
      return client.end();
    }
    client.authenticated = true;
    const hostports = this.events.hostports();
    client.reply(frame, `OK|${hostports}|${SPOKEN_VERSION}|${hostports}`);
  }

  private closed(client: AdminClient): void {
    this.clients.delete(client);
    this.events.dropped(client);
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
