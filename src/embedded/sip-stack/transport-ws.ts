import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { nextConnectionId, plainAddress, type Transport, type TransportEvents } from './transport.js';
import type { SourceGuard } from './source-guard.js';
import type { Timers } from './timers.js';
import type { EndpointLimits, ListenOptions, SipFlow, SipSource } from './types.js';

const PING_MS = 30_000;
const MAX_UNREAD = 1024 * 1024;

interface Connection {
  id: number;
  socket: WebSocket;
  alive: boolean;
  silence?: NodeJS.Timeout;
}

interface Shared {
  guard: SourceGuard;
  timers: Timers;
  limits: EndpointLimits;
  /** May a connection be opened towards a ws: target? A server never dials a browser. */
  dial: boolean;
}

/** SIP over WebSocket (RFC 7118): the subprotocol is `sip`, one message a frame. */
export class WsTransport implements Transport {
  private readonly byId = new Map<number, Connection>();
  private readonly byPeer = new Map<string, Connection>();
  private readonly sockets: WebSocketServer;
  private beat: NodeJS.Timeout | undefined;
  port = 0;

  private constructor(
    private readonly http: Server,
    readonly protocol: 'ws' | 'wss',
    readonly ip: string,
    private readonly events: TransportEvents,
    private readonly shared: Shared,
  ) {
    this.sockets = new WebSocketServer({
      server: http,
      maxPayload: shared.limits.messageBytes,
      // RFC 7118 §4.2: without the subprotocol `sip` there is no connection.
      handleProtocols: (offered) => (offered.has('sip') ? 'sip' : false),
      verifyClient: ({ req }: { req: { headers: Record<string, string | string[] | undefined> } }) =>
        /(^|,)\s*sip\s*(,|$)/.test(String(req.headers['sec-websocket-protocol'] ?? '')),
      clientTracking: false,
    });
    this.sockets.on('connection', (socket, request) =>
      this.accept(socket, plainAddress(request.socket.remoteAddress), request.socket.remotePort ?? 0),
    );
    this.schedulePings();
  }

  /** @throws the socket's error, EADDRINUSE for one */
  static async listen(options: ListenOptions, events: TransportEvents, shared: Shared): Promise<WsTransport> {
    const secure = options.protocol === 'wss';
    const timing = {
      headersTimeout: shared.limits.firstMessageMs,
      requestTimeout: shared.limits.firstMessageMs,
    };
    const refuse = (_request: unknown, response: { writeHead(status: number): { end(): void } }): void =>
      response.writeHead(426).end();
    const http = secure
      ? createHttpsServer({ cert: options.tls?.cert, key: options.tls?.key, ...timing }, refuse)
      : createHttpServer(timing, refuse);
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen({ host: options.ip, port: options.port }, () => {
        http.off('error', reject);
        resolve();
      });
    });
    http.on('error', () => undefined);
    const transport = new WsTransport(http, secure ? 'wss' : 'ws', options.ip, events, shared);
    transport.port = (http.address() as AddressInfo).port;
    return transport;
  }

  send(bytes: Buffer, target: SipFlow, failed: (error: Error) => void): void {
    const connection = this.find(target) ?? (this.shared.dial ? this.connect(target) : undefined);
    if (connection === undefined) return failed(new Error('no WebSocket to this address is open'));
    const { socket } = connection;
    if (socket.bufferedAmount > MAX_UNREAD) {
      socket.terminate();
      return failed(new Error('the other side does not read'));
    }
    // RFC 7118 §5.2: text frames for what is UTF-8; browsers' libraries read text alone.
    const write = (): void => socket.send(bytes, { binary: false }, (error) => error && failed(error));
    if (socket.readyState === WebSocket.CONNECTING) {
      socket.once('open', write);
      socket.once('error', failed);
      socket.once('open', () => socket.off('error', failed));
    } else write();
  }

  reaches(target: SipFlow): boolean {
    return this.find(target) !== undefined;
  }

  async close(): Promise<void> {
    this.shared.timers.stop(this.beat);
    const gone = [...this.byId.values()].map(
      ({ socket }) =>
        new Promise<void>((resolve) => {
          socket.once('close', () => resolve());
          socket.terminate();
        }),
    );
    this.sockets.close();
    this.http.closeAllConnections();
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    await Promise.all([...gone, closed]);
  }

  private find(target: SipFlow): Connection | undefined {
    const own = target.connectionId === undefined ? undefined : this.byId.get(target.connectionId);
    return own ?? this.byPeer.get(`${target.address}:${target.port}`);
  }

  private accept(socket: WebSocket, address: string, port: number): void {
    socket.on('error', () => undefined);
    if (!this.shared.guard.admitConnection(address)) return socket.terminate();
    const connection = this.keep(socket, address, port);
    connection.silence = this.shared.timers.start(this.shared.limits.firstMessageMs, () =>
      socket.terminate(),
    );
  }

  private connect(target: SipFlow): Connection | undefined {
    if (!this.shared.guard.admitConnection(target.address)) return undefined;
    const socket = new WebSocket(`${this.protocol}://${target.address}:${target.port}/`, 'sip', {
      handshakeTimeout: 5000,
      rejectUnauthorized: false,
    });
    socket.on('error', () => undefined);
    return this.keep(socket, target.address, target.port);
  }

  private keep(socket: WebSocket, address: string, port: number): Connection {
    const key = `${address}:${port}`;
    const connection: Connection = { id: nextConnectionId(), socket, alive: true };
    this.byId.set(connection.id, connection);
    this.byPeer.set(key, connection);
    const source: SipSource = {
      protocol: this.protocol,
      address,
      port,
      connectionId: connection.id,
      localAddress: this.ip,
      localPort: this.port,
    };
    socket.on('message', (data, binary) => this.received(connection, toBuffer(data), binary, source));
    socket.on('pong', () => (connection.alive = true));
    socket.once('close', () => {
      this.shared.timers.stop(connection.silence);
      this.byId.delete(connection.id);
      if (this.byPeer.get(key) === connection) this.byPeer.delete(key);
      this.shared.guard.connectionClosed(address);
    });
    return connection;
  }

  private received(connection: Connection, bytes: Buffer, binary: boolean, source: SipSource): void {
    connection.alive = true;
    this.shared.timers.stop(connection.silence);
    if (bytes.length < 8) {
      // RFC 5626 §4.4.1: CRLF CRLF asks for CRLF.
      if (bytes.length === 4) connection.socket.send('\r\n', { binary });
      return;
    }
    this.events.message(bytes, source, false);
  }

  /** RFC 6455 §5.5.2: a browser answers a ping by itself; one that does not is gone. */
  private schedulePings(): void {
    this.beat = this.shared.timers.start(PING_MS, () => {
      for (const connection of this.byId.values()) {
        if (connection.socket.readyState !== WebSocket.OPEN) continue;
        if (!connection.alive) connection.socket.terminate();
        else {
          connection.alive = false;
          connection.socket.ping();
        }
      }
      this.schedulePings();
    });
  }
}

function toBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
