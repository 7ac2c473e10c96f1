import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Client } from 'pg';
import { AppError, messageOf } from '../common/app-error.js';
import type { Settings } from '../common/env.js';
import { log } from '../common/log.js';
import { SETTINGS } from '../common/settings.js';
import { TypedEvents } from '../common/typed-events.js';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;
const BEAT_MS = 2_000;
/** A server that does not answer for so long is gone, whatever TCP says. */
const ANSWER_MS = 5_000;

/**
 * One connection of this process that stays: for what PostgreSQL ties to a connection, which are LISTEN and
 * session-level advisory locks. It comes back when the database does.
 */
@Injectable()
export class StandingConnection implements OnApplicationBootstrap, OnModuleDestroy {
  readonly events = new TypedEvents<{
    /** Open (again): whatever was tied to an earlier connection is gone. */
    open: Record<string, never>;
    lost: Record<string, never>;
    notification: { channel: string; payload: string };
  }>();
  private client?: Client;
  private isOpen = false;
  private beatTimer?: NodeJS.Timeout;
  private retryTimer?: NodeJS.Timeout;
  private retryMs = FIRST_RETRY_MS;
  private stopped = false;
  private lastQuery: Promise<unknown> = Promise.resolve();

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  get isUp(): boolean {
    return this.isOpen;
  }

  /** The first try; a database that is away then is tried again in the background. */
  async onApplicationBootstrap(): Promise<void> {
    await this.connect();
  }

  /** @throws AppError database-away, and what the statement throws */
  query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.inTurn(async () => {
      if (!this.client || !this.isOpen) throw new AppError('database-away', 'no standing connection');
      return (await this.client.query<Row>(text, values)).rows;
    });
  }

  /** One statement at a time: pg's client has no queue of its own any more. */
  private inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.lastQuery.then(run);
    this.lastQuery = result.catch(() => undefined);
    return result;
  }

  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.settings.DATABASE_URL,
      application_name: 'linekeeper standing',
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      // A process whose machine is gone must not hold its locks for hours (PostgreSQL manual, §20.3.2). A notice that is
      // lost with the server is heard by nobody: none waits for the disk (§20.5.1).
      options:
        '-c role=linekeeper_app -c synchronous_commit=off -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3',
    });
    this.client = client;
    client.on('error', (error) => this.onLost(client, error));
    client.on('end', () => this.onLost(client, new Error('the connection has ended')));
    client.on('notification', ({ channel, payload }) =>
      this.events.publish('notification', { channel, payload: payload ?? '' }),
    );
    try {
      await client.connect();
      if (this.stopped) return void (await client.end());
      this.isOpen = true;
      this.retryMs = FIRST_RETRY_MS;
      this.beatTimer = setInterval(() => void this.beat(client), BEAT_MS);
      this.events.publish('open', {});
    } catch (error) {
      this.onLost(client, error);
    }
  }

  private async beat(client: Client): Promise<void> {
    await this.inTurn(() => client.query('SELECT 1')).catch((error: unknown) => this.onLost(client, error));
  }

  private onLost(client: Client, error: unknown): void {
    if (this.stopped || this.client !== client) return;
    this.client = undefined;
    clearInterval(this.beatTimer);
    client.end().catch(() => undefined);
    if (this.isOpen) {
      log('database').warn({ error: messageOf(error) }, 'other control planes are not heard');
      this.isOpen = false;
      this.events.publish('lost', {});
    }
    this.retryTimer = setTimeout(() => void this.connect(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.isOpen = false;
    clearInterval(this.beatTimer);
    clearTimeout(this.retryTimer);
    await this.client?.end().catch(() => undefined);
  }
}
