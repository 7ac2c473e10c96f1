import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Client } from 'pg';
import { messageOf } from '../common/app-error.js';
import type { Settings } from '../common/env.js';
import { log } from '../common/log.js';
import { SETTINGS } from '../common/settings.js';
import { Provisioning } from './provisioning.js';

/** PostgreSQL's NOTIFY channel on which every change is told. */
export const CHANGED_CHANNEL = 'linekeeper_provisioning';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/** Hears changes that another control plane made, on a connection of its own; comes back when the database does. */
@Injectable()
export class ChangeListener implements OnApplicationBootstrap, OnModuleDestroy {
  private client?: Client;
  private retry?: NodeJS.Timeout;
  private retryMs = FIRST_RETRY_MS;
  private stopped = false;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly provisioning: Provisioning,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.listen();
  }

  private async listen(): Promise<void> {
    const client = new Client({
      connectionString: this.settings.DATABASE_URL,
      application_name: 'linekeeper changes',
      connectionTimeoutMillis: 5000,
      keepAlive: true,
    });
    this.client = client;
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client, new Error('the connection has ended')));
    client.on('notification', () => this.reload());
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANGED_CHANNEL}`);
      // What changed while nobody listened.
      this.reload();
      this.retryMs = FIRST_RETRY_MS;
    } catch (error) {
      this.lost(client, error);
    }
  }

  private reload(): void {
    this.provisioning
      .reload()
      .catch((error: unknown) =>
        log('provisioning').warn({ error: messageOf(error) }, 'the changed configuration could not be read'),
      );
  }

  private lost(client: Client, error: unknown): void {
    if (this.stopped || this.client !== client) return;
    this.client = undefined;
    log('provisioning').warn({ error: messageOf(error) }, 'changes of other control planes are not heard');
    client.end().catch(() => undefined);
    this.retry = setTimeout(() => void this.listen(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    await this.client?.end().catch(() => undefined);
  }
}
