import { Injectable } from '@nestjs/common';
import { In, MoreThan } from 'typeorm';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { TypedEvents } from '../common/typed-events.js';
import { Database } from '../database/database.js';
import { Notifications } from '../database/notifications.js';
import type { Binding } from './binding.js';
import { applyChanges, withChange, type BindingChange } from './binding-change.js';
import { ContactBinding } from './contact-binding.entity.js';
import { deviceKey } from './register-plan.js';

const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;

interface Unsaved {
  companyId: string;
  changes: readonly BindingChange[];
}

/**
 * Bindings in PostgreSQL, for the next start and for other control planes. Memory is the authority (Location): what
 * could not be written is written when the database is back, as far as nothing newer is there by then.
 */
@Injectable()
export class BindingStore {
  /** Extensions whose devices another control plane has changed; undefined: any may have been. */
  readonly events = new TypedEvents<{ heard: { extensionIds: string[] | undefined } }>();
  private readonly unsaved = new Map<string, Unsaved>();
  private readonly heard = new Set<string>();
  private retryMs = RETRY_FIRST_MS;
  private retryTimer?: NodeJS.Timeout;
  private saving?: Promise<void>;
  /** Reading and writing take turns: what is read has all that was written, the rest is still unsaved. */
  private turn: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
  ) {
    notifications.on('registrations', {
      heard: ({ extensionId }) => this.hear(extensionId),
      missed: () => this.events.publish('heard', { extensionIds: undefined }),
    });
  }

  /**
   * Those not expired at `now` (milliseconds since the epoch), with what is not written yet.
   * @param extensionIds left out: of all
   */
  load(now: number, extensionIds?: readonly string[]): Promise<Binding[]> {
    return this.inTurn(async () => {
      const rows = await this.database.transaction('*', (tx) =>
        tx.findBy(ContactBinding, {
          expiresAt: MoreThan(new Date(now)),
          ...(extensionIds && { extensionId: In([...extensionIds]) }),
        }),
      );
      const changes = [...this.unsaved]
        .filter(([extensionId]) => !extensionIds || extensionIds.includes(extensionId))
        .flatMap(([, unsaved]) => unsaved.changes);
      return applyChanges(rows.map(fromRow), changes);
    });
  }

  /** Takes note; the caller does not wait for the database. */
  save(companyId: string, extensionId: string, changes: readonly BindingChange[]): void {
    const before = this.unsaved.get(extensionId)?.changes ?? [];
    this.unsaved.set(extensionId, { companyId, changes: changes.reduce(withChange, before) });
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

  /** Many phones that register at once are read at once. */
  private hear(extensionId: string): void {
    this.heard.add(extensionId);
    if (this.heard.size > 1) return;
    setImmediate(() => {
      const extensionIds = [...this.heard];
      this.heard.clear();
      this.events.publish('heard', { extensionIds });
    });
  }

  private inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(run);
    this.turn = mine.catch(() => undefined);
    return mine;
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
        await this.inTurn(async () => {
          await this.write(extensionId, state);
          if (this.unsaved.get(extensionId) === state) this.unsaved.delete(extensionId);
        });
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

  private async write(extensionId: string, { companyId, changes }: Unsaved): Promise<void> {
    await this.database.transaction(
      companyId,
      async (tx) => {
        // Another control plane may be writing another device of the same extension.
        await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [extensionId]);
        const before = (await tx.findBy(ContactBinding, { extensionId })).map(fromRow);
        const after = applyChanges(before, changes);
        const gone = before.filter((binding) => !after.includes(binding));
        const put = after.filter((binding) => !before.includes(binding));
        if (gone.length > 0) await tx.delete(ContactBinding, { id: In(gone.map(({ id }) => id)) });
        if (put.length > 0) await tx.insert(ContactBinding, put.map(toRow));
        if (gone.length + put.length > 0) await this.notifications.tell(tx, 'registrations', { extensionId });
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
