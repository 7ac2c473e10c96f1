import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { messageOf } from '../common/app-error.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import { StandingConnection } from './standing-connection.js';

/** What control planes tell each other, each with what its notice says. */
export interface Notices {
  /** A control plane that listens: what was not told while it was not known of is to be read. */
  hello: Record<string, never>;
  /** What is set up was changed. */
  provisioning: { companyId: string };
  /** Data keys come, seal and go. */
  'data-keys': Record<string, never>;
  /** An extension's devices were changed. */
  registrations: { extensionId: string };
  /** A manager began to talk to a client, or ended. */
  talks: { callId: string; extensionId?: string; endedAt?: string };
  /** A manager ends one of his calls, wherever it is. */
  'hang-ups': { callId: string; extensionId: string };
  /** Silence is recorded of a call, or no longer. */
  'recording-pauses': { callId: string; paused: boolean };
  /** The client whom a manager calls calls in at another control plane. */
  crossings: { callId: string; joinedTo: string };
  /** A media server is drained, or no longer. */
  'media-servers': { name: string };
  /** What watchers of another control plane's calls are to see, or its wish to be told all (supervision/live-feed.ts). */
  live: { ask: true } | { call: object; change: string } | { gone: string; outcome: string | null };
  /** How somebody supervises, or that he does no more; or: nothing told before holds (supervision/supervisors.ts). */
  supervisors: { plane: string } & ({ anew: true } | { extensionId: string; does: object | null });
  /** How a trunk's registration stands, from the one that registers. */
  trunks: { trunkId: string; sourceAddress?: string; state: object };
}

type Topic = keyof Notices;

interface Hearer<T extends Topic> {
  /** Called for what other control planes tell, after their commit. */
  heard(notice: Notices[T]): void | Promise<void>;
  /** Notices may have been missed: at the start, after the database was away, when another control plane is met. */
  missed(): void | Promise<void>;
}

const CHANNEL = 'linekeeper';

/**
 * Short notices between the control planes that share a database (PostgreSQL's NOTIFY). They are hints: a notice says
 * what to read anew, and who was away reads all anew. A notice must stay below 8000 bytes.
 */
@Injectable()
export class Notifications {
  private readonly origin = newId();
  /** The control planes that were heard of. */
  private readonly others = new Set<string>();
  private readonly hearers = new Map<Topic, Hearer<Topic>[]>();
  private readonly unsent: string[] = [];
  private sending?: Promise<void>;

  constructor(private readonly connection: StandingConnection) {
    connection.events.on('open', () => this.listen());
    connection.events.on('notification', ({ payload }) => this.receive(payload));
  }

  on<T extends Topic>(topic: T, hearer: Hearer<T>): void {
    this.hearers.set(topic, [...(this.hearers.get(topic) ?? []), hearer as unknown as Hearer<Topic>]);
  }

  /** Told when the caller's transaction is committed. */
  async tell<T extends Topic>(tx: EntityManager, topic: T, notice: Notices[T]): Promise<void> {
    await tx.query('SELECT pg_notify($1, $2)', [CHANNEL, this.write(topic, notice)]);
  }

  /** Told at once, by itself; nobody hears it while the database is away. Never throws. */
  async send<T extends Topic>(topic: T, notice: Notices[T]): Promise<void> {
    this.unsent.push(this.write(topic, notice));
    await (this.sending ??= this.sendAll());
  }

  /**
   * As send(), of what each call brings several times and `missed` reads anew: told only once another control plane was
   * heard of. Most companies have one, and a notice costs it more than a row.
   */
  async share<T extends 'live' | 'talks'>(topic: T, notice: Notices[T]): Promise<void> {
    if (this.others.size > 0) await this.send(topic, notice);
  }

  /** What comes while some are sent goes together: every one for itself is a commit. */
  private async sendAll(): Promise<void> {
    while (this.unsent.length > 0) {
      const payloads = this.unsent.splice(0);
      await this.connection
        .query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [CHANNEL, payloads])
        .catch((error: unknown) =>
          log('database').debug({ notices: payloads.length, error: messageOf(error) }, 'not told'),
        );
    }
    this.sending = undefined;
  }

  private write(topic: Topic, notice: object): string {
    return JSON.stringify({ from: this.origin, topic, notice });
  }

  private async listen(): Promise<void> {
    try {
      await this.connection.query(`LISTEN ${CHANNEL}`);
    } catch {
      return; // the connection was lost again: it opens anew
    }
    if (this.hearers.size === 0) return; // tells, and need not be told
    void this.send('hello', {});
    await this.missed();
  }

  private async missed(): Promise<void> {
    for (const [topic, hearers] of this.hearers) {
      for (const hearer of hearers) await this.attempt(topic, () => hearer.missed());
    }
  }

  private async receive(payload: string): Promise<void> {
    const { from, topic, notice } = JSON.parse(payload) as { from: string; topic: Topic; notice: never };
    if (from === this.origin) return;
    if (topic === 'hello') await this.meet(from);
    for (const hearer of this.hearers.get(topic) ?? []) await this.attempt(topic, () => hearer.heard(notice));
  }

  /** Greets it back, so that it tells us too, and reads what neither told the other until now. */
  private async meet(other: string): Promise<void> {
    if (!this.others.has(other)) {
      this.others.add(other);
      await this.send('hello', {});
    }
    await this.missed();
  }

  private async attempt(topic: Topic, run: () => void | Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      log('database').warn(
        { topic, error: messageOf(error) },
        'what another control plane told was not read',
      );
    }
  }
}
