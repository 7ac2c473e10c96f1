import { Injectable } from '@nestjs/common';
import DrachtioSrf from 'drachtio-srf';
import { AppError, messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { TypedEvents } from '../common/typed-events.js';
import { SipRejected } from './sip-rejected.js';
import type { Stack, StackHandler, StackRequestOptions, StackResponse } from './stack.js';

/** How long start() waits for drachtio-server. */
const BOOT_WAIT_MS = 20_000;
const RECONNECT_MAX_MS = 500;
/** drachtio-server answers a ping at once; one that does not is stopped or cut off without a word. */
const PING_EVERY_MS = 5_000;
const PONG_WAIT_MS = 5_000;

export interface DrachtioAddress {
  host: string;
  port: number;
  secret: string;
}

/** `drachtio://:secret@host:9022` */
export function parseDrachtioUrl(url: string): DrachtioAddress {
  const { hostname, port, password } = new URL(url);
  return { host: hostname, port: Number(port || 9022), secret: decodeURIComponent(password) };
}

/** The one connection to drachtio-server: requests come in and go out through it. */
@Injectable()
export class DrachtioConnection {
  readonly events = new TypedEvents<{
    /** `again`: after a loss. Dialogs of before are unknown to a restarted server. */
    connected: { endpoints: string[]; again: boolean };
    lost: { reason: string };
  }>();
  readonly stack: Stack = new DrachtioSrf() as unknown as Stack;
  private sipEndpoints: string[] = [];
  private up = false;
  private wasUp = false;
  private stopped = false;
  private pingTimer?: NodeJS.Timeout;
  private pongTimer?: NodeJS.Timeout;
  private readonly waiting = new Set<(error: SipRejected) => void>();
  private readonly log = log('sip');

  get isUp(): boolean {
    return this.up;
  }

  /** Where drachtio-server listens, as it says: `udp/127.0.0.1:5060`. */
  get endpoints(): readonly string[] {
    return this.sipEndpoints;
  }

  /** Requests sent whose final response has not come. */
  get pending(): number {
    return this.waiting.size;
  }

  /** Routes a SIP method to this process; before start(). */
  onRequest(method: string, handler: StackHandler): void {
    this.stack.use(method, handler);
  }

  /**
   * Connects and authenticates; from then on it reconnects by itself.
   * @throws AppError `drachtio-away` past `waitMs`, `drachtio-secret` at once when the secret is refused
   */
  async start(url: string, waitMs = BOOT_WAIT_MS): Promise<void> {
    const { host, port, secret } = parseDrachtioUrl(url);
    const at = `${host}:${port}`;
    let lastError = 'no answer';
    this.stack.on('error', (error: Error) => (lastError = error.message));
    this.stack.on('close', () => this.onClosed('the connection closed'));
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () =>
            reject(
              new AppError(
                'drachtio-away',
                `drachtio-server at ${at} cannot be reached (${lastError}): start it, or mend DRACHTIO_URL`,
              ),
            ),
          waitMs,
        );
        this.stack.on('connect', (error: Error | null, hostports?: string) => {
          if (!error) {
            clearTimeout(timer);
            this.onConnected(hostports ?? '');
            return resolve();
          }
          const refused = new AppError(
            'drachtio-secret',
            `drachtio-server at ${at} refuses the secret: DRACHTIO_URL is drachtio://:secret@host:port`,
          );
          clearTimeout(timer);
          if (this.wasUp) this.log.error({ server: at }, refused.message);
          reject(refused);
        });
        this.stack.connect({ host, port, secret, reconnect: { retryMaxDelay: RECONNECT_MAX_MS } });
      });
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Closes the connection for good. Never throws. */
  stop(): void {
    this.stopped = true;
    clearInterval(this.pingTimer);
    clearTimeout(this.pongTimer);
    const agent = this.stack.app.client;
    if (!agent) return;
    agent.wp.closing = true;
    clearTimeout(agent.wp.reconnectVars.retryTimer ?? undefined);
    for (const socket of agent.mapServer.keys()) socket.end();
    this.onClosed('stopped');
  }

  /**
   * Sends a request (in a dialog where `stackDialogId` is given) and gives its final response; a 2xx to a
   * re-INVITE is acknowledged.
   * @throws SipRejected 503 while drachtio-server is away, 408 past `timeoutMs`, 481 for a dialog it lacks
   */
  request(options: StackRequestOptions, timeoutMs: number): Promise<StackResponse> {
    return new Promise<StackResponse>((resolve, reject) => {
      const settle = (run: () => void) => {
        clearTimeout(timer);
        this.waiting.delete(fail);
        run();
      };
      const fail = (error: SipRejected) => settle(() => reject(error));
      const timer = setTimeout(() => fail(new SipRejected(408)), timeoutMs);
      this.waiting.add(fail);
      const agent = this.stack.app.client;
      if (!this.up || !agent) return fail(serverAway());
      try {
        agent.request(options, (error, request) => {
          if (error || !request) return fail(refusal(error));
          request.on('response', (response: StackResponse, ack: () => void) => {
            if (response.status < 200) return;
            if (options.method === 'INVITE' && response.status < 300) ack();
            settle(() => resolve(response));
          });
        });
      } catch (error) {
        fail(refusal(error));
      }
    });
  }

  /**
   * Sends a message of a transaction that another client of drachtio-server began and left; drachtio-srf knows
   * nothing of it. One that is over by now is told to the log. Never throws.
   * @param firstRow of the request or response
   */
  speakFor(transactionId: string, firstRow: string): void {
    const agent = this.stack.app.client;
    for (const [socket, { pendingRequests }] of (this.up && agent?.mapServer) || []) {
      const id = agent!.wp.send(socket, `sip|${transactionId}|\r\n${firstRow}\r\nContent-Length: 0\r\n\r\n`);
      pendingRequests.set(id, () => this.log.debug({ transactionId }, 'spoke for a client that is gone'));
    }
  }

  /** Rejects when the connection is lost before `work` is done: drachtio-srf calls nobody back then. */
  async whileUp<T>(work: Promise<T>): Promise<T> {
    let fail!: (error: SipRejected) => void;
    const loss = new Promise<never>((_, reject) => (fail = reject));
    this.waiting.add(fail);
    try {
      return await Promise.race([work, loss]);
    } finally {
      this.waiting.delete(fail);
    }
  }

  private onConnected(hostports: string): void {
    const again = this.wasUp;
    this.up = true;
    this.wasUp = true;
    this.sipEndpoints = hostports.split(',').filter(Boolean);
    // drachtio-srf sets it on its first socket only; with Nagle, frames wait 40 ms for each other.
    for (const socket of this.stack.app.client?.mapServer.keys() ?? []) socket.setNoDelay(true);
    clearInterval(this.pingTimer);
    this.pingTimer = setInterval(() => this.ping(), PING_EVERY_MS);
    this.log.info({ endpoints: this.sipEndpoints, again }, 'drachtio-server connected');
    this.events.publish('connected', { endpoints: this.sipEndpoints, again });
  }

  private onClosed(reason: string): void {
    if (!this.up) return;
    this.up = false;
    clearInterval(this.pingTimer);
    clearTimeout(this.pongTimer);
    if (!this.stopped) this.log.error({ reason }, 'drachtio-server lost; reconnecting');
    for (const fail of [...this.waiting]) fail(serverAway());
    this.events.publish('lost', { reason });
  }

  private ping(): void {
    const agent = this.stack.app.client;
    for (const [socket, { pendingRequests }] of agent?.mapServer ?? []) {
      try {
        clearTimeout(this.pongTimer);
        this.pongTimer = setTimeout(() => socket.destroy(new Error('no answer to a ping')), PONG_WAIT_MS);
        const id = agent!.wp.send(socket, 'ping');
        pendingRequests.set(id, () => clearTimeout(this.pongTimer));
      } catch (error) {
        this.log.debug({ error: messageOf(error) }, 'ping');
      }
    }
  }
}

const serverAway = () => new SipRejected(503, 'drachtio-server is away');

function refusal(error: unknown): SipRejected {
  const gone = error instanceof Error && 'code' in error && error.code === 'ENODIALOG';
  return gone ? new SipRejected(481) : new SipRejected(503, messageOf(error));
}
