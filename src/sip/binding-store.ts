import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import type { Binding } from './binding.js';
import { ContactBinding } from './contact-binding.entity.js';
import { deviceKey } from './register-plan.js';

const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;

interface Unsaved {
  companyId: string;
  bindings: readonly Binding[];
}

/**
 * Bindings in PostgreSQL, for the next start. Memory is the authority (Location): what could not be written is
 * written when the database is back, the latest state of each extension only.
 */
@Injectable()
export class BindingStore {
  private readonly unsaved = new Map<string, Unsaved>();
  private retryMs = RETRY_FIRST_MS;
  private retryTimer?: NodeJS.Timeout;
  private saving?: Promise<void>;
  private stopped = false;

  constructor(private readonly database: Database) {}

  /** Those not expired at `now` (milliseconds since the epoch). */
  async load(now: number): Promise<Binding[]> {
    const rows = await this.database.transaction('*', (tx) =>
      tx.findBy(ContactBinding, { expiresAt: MoreThan(new Date(now)) }),
    );
    return rows.map(fromRow);
  }

  /** Takes note; the caller does not wait for the database. */
  save(companyId: string, extensionId: string, bindings: readonly Binding[]): void {
    this.unsaved.set(extensionId, { companyId, bindings });
    if (!this.retryTimer) this.startSaving();
  }

  /** Writes what is left, once, and stops. Never throws. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    this.startSaving();
    await this.saving;
  }

  private startSaving(): void {
    this.saving ??= this.saveAll().finally(() => (this.saving = undefined));
  }

  private async saveAll(): Promise<void> {
    for (;;) {
      const next = this.unsaved.entries().next().value;
      if (!next) break;
      const [extensionId, state] = next;
      try {
        await this.write(extensionId, state);
        if (this.unsaved.get(extensionId) === state) this.unsaved.delete(extensionId);
        this.retryMs = RETRY_FIRST_MS;
      } catch (error) {
        if (isGoneExtension(error)) {
          this.unsaved.delete(extensionId);
          continue;
        }
        log('sip').warn(
          { error: messageOf(error) },
          'registrations are kept in memory until the database is back',
        );
        return this.retryLater();
      }
    }
  }

  private retryLater(): void {
    if (this.stopped) return;
    this.retryTimer = setTimeout(() => {
      this.retryTimer = undefined;
      this.startSaving();
    }, this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, RETRY_MAX_MS);
  }

  private async write(extensionId: string, { companyId, bindings }: Unsaved): Promise<void> {
    await this.database.transaction(
      companyId,
      async (tx) => {
        await tx.delete(ContactBinding, { extensionId });
        if (bindings.length > 0) await tx.insert(ContactBinding, bindings.map(toRow));
      },
      { timeoutMs: 5_000 },
    );
  }
}

/** PostgreSQL 23503, foreign_key_violation: the extension was removed meanwhile. */
const isGoneExtension = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23503';

const toRow = (binding: Binding): ContactBinding => ({
  id: binding.id,
  companyId: binding.companyId,
  extensionId: binding.extensionId,
  contact: binding.contact,
  receivedProtocol: binding.received.protocol,
  receivedHost: binding.received.address,
  receivedPort: binding.received.port,
  path: [...binding.path],
  sipCallId: binding.sipCallId,
  cseq: binding.cseq,
  userAgent: binding.userAgent ?? null,
  instanceId: binding.instanceId ?? null,
  regId: binding.regId ?? null,
  q: binding.q,
  registeredAt: new Date(binding.registeredAt),
  expiresAt: new Date(binding.expiresAt),
});

const fromRow = (row: ContactBinding): Binding => ({
  id: row.id,
  companyId: row.companyId,
  extensionId: row.extensionId,
  contact: row.contact,
  deviceKey: deviceKey(row.contact, row.instanceId ?? undefined, row.regId ?? undefined),
  received: { protocol: row.receivedProtocol, address: row.receivedHost, port: row.receivedPort },
  path: row.path,
  sipCallId: row.sipCallId,
  cseq: row.cseq,
  userAgent: row.userAgent ?? undefined,
  instanceId: row.instanceId ?? undefined,
  regId: row.regId ?? undefined,
  q: row.q,
  registeredAt: row.registeredAt.getTime(),
  expiresAt: row.expiresAt.getTime(),
});
