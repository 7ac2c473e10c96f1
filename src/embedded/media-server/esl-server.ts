import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { EslSession } from './esl-session.js';
import type { MediaServerState } from './server-state.js';

/** Clients at once; the product uses two. */
const MOST_CLIENTS = 50;

/** mod_event_socket, inbound: TCP on loopback, one session a client. */
export class EslServer {
  private readonly sessions = new Set<EslSession>();

  private constructor(private readonly server: Server) {}

  /** @param port 0: any free one @throws EADDRINUSE and the like */
  static async listen(port: number, password: string, state: MediaServerState): Promise<EslServer> {
    const server = createServer({ noDelay: true });
    const esl = new EslServer(server);
    server.on('connection', (socket) => esl.accept(socket, password, state));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // Loopback only: whoever speaks ESL owns the server.
      server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return esl;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get clients(): number {
    return this.sessions.size;
  }

  async close(): Promise<void> {
    for (const session of this.sessions) session.disconnect('The system is being shut down.\n');
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private accept(socket: Socket, password: string, state: MediaServerState): void {
    if (this.sessions.size >= MOST_CLIENTS) {
      socket.end('Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n');
      return;
    }
    const session = new EslSession(socket, password, state);
    this.sessions.add(session);
    socket.once('close', () => this.sessions.delete(session));
  }
}
