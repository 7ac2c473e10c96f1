import * as net from 'node:net';
import * as tls from 'node:tls';
import { nextConnectionId, plainAddress, type Transport, type TransportEvents } from './transport.js';
import { StreamFramer } from './stream-framer.js';
import type { SourceGuard } from './source-guard.js';
import type { Timers } from './timers.js';
import type { EndpointLimits, ListenOptions, SipFlow, SipSource } from './types.js';

const PONG = Buffer.from('\r\n');
const CONNECT_MS = 5000;
/** A peer that does not read gets this many bytes at most, then it is cut off. */
const MAX_UNREAD = 1024 * 1024;

interface Connection {
  id: number;
  socket: net.Socket;
  key: string;
}

/** SIP over TCP or TLS (RFC 3261 §18, RFC 5923's reuse): connections are found by the far side's address. */
export class StreamTransport implements Transport {
  private readonly byId = new Map<number, Connection>();
  private readonly byPeer = new Map<string, Connection>();
  port = 0;

  private constructor(
    private readonly server: net.Server,
    readonly protocol: 'tcp' | 'tls',
    readonly ip: string,
    private readonly events: TransportEvents,
    private readonly shared: { guard: SourceGuard; timers: Timers; limits: EndpointLimits },
  ) {}

  /** @throws the socket's error, EADDRINUSE for one */
  static async listen(
    options: ListenOptions,
    events: TransportEvents,
    shared: { guard: SourceGuard; timers: Timers; limits: EndpointLimits },
  ): Promise<StreamTransport> {
    const secure = options.protocol === 'tls';
    const server = secure
      ? tls.createServer({
          cert: options.tls?.cert,
          key: options.tls?.key,
          handshakeTimeout: shared.limits.firstMessageMs,
        })
      : net.createServer();
    const transport = new StreamTransport(server, secure ? 'tls' : 'tcp', options.ip, events, shared);
    server.on(secure ? 'secureConnection' : 'connection', (socket: net.Socket) => transport.accept(socket));
    if (secure) server.on('tlsClientError', (_error, socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: options.ip, port: options.port }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', () => undefined);
    transport.port = (server.address() as net.AddressInfo).port;
    return transport;
  }

  send(bytes: Buffer, target: SipFlow, failed: (error: Error) => void): void {
    const connection = this.find(target) ?? this.connect(target);
    if (connection === undefined) return failed(new Error('too many connections'));
    const { socket } = connection;
    if (socket.writableLength > MAX_UNREAD) {
      socket.destroy();
      return failed(new Error('the other side does not read'));
    }
    if (socket.connecting) {
      // RFC 3261 §18.4: a connection that never came up is a transport error of the transaction.
      socket.once('error', failed);
      socket.once(this.protocol === 'tls' ? 'secureConnect' : 'connect', () => socket.off('error', failed));
    }
    socket.write(bytes);
  }

  reaches(target: SipFlow): boolean {
    return this.find(target) !== undefined;
  }

  async close(): Promise<void> {
    const gone = [...this.byId.values()].map(
      ({ socket }) => new Promise<void>((resolve) => socket.once('close', () => resolve()).destroy()),
    );
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    await Promise.all([...gone, closed]);
  }

  private find(target: SipFlow): Connection | undefined {
    const own = target.connectionId === undefined ? undefined : this.byId.get(target.connectionId);
    return own ?? this.byPeer.get(`${target.address}:${target.port}`);
  }

  private accept(socket: net.Socket): void {
    const address = plainAddress(socket.remoteAddress);
    if (address === '' || !this.shared.guard.admitConnection(address)) {
      socket.destroy();
      return;
    }
    const connection = this.keep(socket, address, socket.remotePort ?? 0);
    const silence = this.shared.timers.start(this.shared.limits.firstMessageMs, () => socket.destroy());
    this.read(connection, address, socket.remotePort ?? 0, () => this.shared.timers.stop(silence));
    socket.once('close', () => this.shared.timers.stop(silence));
  }

  private connect(target: SipFlow): Connection | undefined {
    if (!this.shared.guard.admitConnection(target.address)) return undefined;
    const to = { host: target.address, port: target.port };
    // A trunk's certificate is the carrier's affair until a setting says whom to trust (RFC 5922).
    const socket =
      this.protocol === 'tls' ? tls.connect({ ...to, rejectUnauthorized: false }) : net.connect(to);
    const connection = this.keep(socket, target.address, target.port);
    const late = this.shared.timers.start(CONNECT_MS, () =>
      socket.destroy(new Error('no connection within 5 s')),
    );
    const up = () => this.shared.timers.stop(late);
    socket.once(this.protocol === 'tls' ? 'secureConnect' : 'connect', up);
    socket.once('close', up);
    this.read(connection, target.address, target.port, () => undefined);
    return connection;
  }

  private keep(socket: net.Socket, address: string, port: number): Connection {
    const connection = { id: nextConnectionId(), socket, key: `${address}:${port}` };
    this.byId.set(connection.id, connection);
    this.byPeer.set(connection.key, connection);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.setTimeout(this.shared.limits.idleMs, () => socket.destroy());
    socket.on('error', () => undefined); // 'close' follows and cleans up
    socket.once('close', () => {
      this.byId.delete(connection.id);
      if (this.byPeer.get(connection.key) === connection) this.byPeer.delete(connection.key);
      this.shared.guard.connectionClosed(address);
    });
    return connection;
  }

  private read(connection: Connection, address: string, port: number, first: () => void): void {
    const { socket } = connection;
    let spoke = false;
    const source = (): SipSource => ({
      protocol: this.protocol,
      address,
      port,
      connectionId: connection.id,
      localAddress: this.ip,
      localPort: this.port,
    });
    const framer = new StreamFramer(this.shared.limits.messageBytes, {
      message: (bytes) => {
        if (!spoke) {
          spoke = true;
          first();
        }
        this.events.message(bytes, source(), true);
      },
      ping: () => socket.write(PONG),
      broken: (head) => {
        this.events.broken(head, source());
        socket.end();
        socket.destroySoon();
      },
    });
    socket.on('data', (chunk) => framer.push(chunk));
  }
}
