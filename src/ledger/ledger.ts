import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { allEnded } from '../common/all-ended.js';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import { TypedEvents } from '../common/typed-events.js';
import { whyFailed } from '../database/database-errors.js';
import { Database } from '../database/database.js';
import { GroupCommit } from './group-commit.js';
import { cleaned } from './leaf.js';
import { BEFORE_RINGING, type LedgerKind } from './ledger-kinds.js';
import type { LedgerMetrics } from './ledger-metrics.js';
import { LedgerTable, writtenOf, type PreparedEntry } from './ledger-table.js';
import type { JsonObject, LedgerWrite, Projection, Written } from './ledger-write.js';
import { Replay } from './replay.js';
import type { Spool } from './spool.js';
import { Turns } from './turns.js';

/** Milliseconds a replayed write may take: nobody rings meanwhile. */
const REPLAY_TIMEOUT_MS = 10_000;

/** The one door to the ledger. */
@Injectable()
export class Ledger implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly events = new TypedEvents<{ written: Written }>();
  private readonly projections = new Map<LedgerKind, { first?: Projection; others: Projection[] }>();
  private readonly pending = new WeakMap<EntityManager, PreparedEntry[]>();
  private readonly table = new LedgerTable();
  private readonly turns = new Turns();
  private readonly replay: Replay;
  private readonly together: GroupCommit;

  constructor(
    private readonly database: Database,
    private readonly spool: Spool,
    private readonly metrics: LedgerMetrics,
    /** Milliseconds a write may wait for PostgreSQL before it goes to the spool. */
    private readonly patienceMs: number,
  ) {
    this.together = new GroupCommit(database, (tx, write) => this.append(tx, write));
    this.replay = new Replay(spool, metrics, (writes) => this.commitOnce(writes));
    metrics.watchSpool(() => spool.depth);
  }

  /**
   * What a kind of write does to the tables, in the write's own transaction: those of one kind side by side, behind the
   * first. Register before the application has started (onModuleInit): then the replay begins.
   */
  project(kind: LedgerKind, projection: Projection): void {
    this.projectionsOf(kind).others.push(projection);
  }

  /** As project(), before all others: what it calls superfluous they do not see. One per kind. */
  projectFirst(kind: LedgerKind, projection: Projection): void {
    this.projectionsOf(kind).first = projection;
  }

  private projectionsOf(kind: LedgerKind): { first?: Projection; others: Projection[] } {
    const known = this.projections.get(kind) ?? { others: [] };
    this.projections.set(kind, known);
    return known;
  }

  /** Writes that wait in the spool. */
  get spoolDepth(): number {
    return this.spool.depth;
  }

  /** Resolves when what was in the spool is in the database. */
  drained(): Promise<void> {
    return this.replay.drained();
  }

  onApplicationBootstrap(): void {
    this.replay.start();
  }

  /**
   * Writes one entry and what its projections make of it, in one transaction of its own; while the database is
   * away, slow or full, and until the spool is empty again, into the spool instead.
   * @returns when the write is safe, and what its projections answered (nothing from the spool)
   * @throws AppError spool-unwritable where neither place takes it; what a projection throws, for a write that the
   *   database refuses by its content
   */
  async write(write: LedgerWrite): Promise<{ where: 'database' | 'spool'; result: JsonObject }> {
    const began = clock.monotonic();
    const outcome = await this.writeSomewhere(cleaned(write), began);
    this.metrics.writes.inc({ where: outcome.where });
    this.metrics.writeSeconds.observe(
      { where: outcome.where, kind: write.kind },
      (clock.monotonic() - began) / 1000,
    );
    return outcome;
  }

  private async writeSomewhere(
    write: LedgerWrite,
    began: number,
  ): Promise<{ where: 'database' | 'spool'; result: JsonObject }> {
    if (this.spool.depth === 0) {
      try {
        return { where: 'database', result: await this.together.commit(write, began + this.patienceMs) };
      } catch (error) {
        if (whyFailed(error) === 'refused') {
          await this.setAside(write, error);
          throw error;
        }
        log('ledger').warn(
          { kind: write.kind, callId: write.callId, error: messageOf(error) },
          'the database is away: the write goes to the spool',
        );
      }
    }
    await this.spool.append(write);
    this.replay.kick();
    return { where: 'spool', result: {} };
  }

  /** Commits spooled writes of one company, but for those that got into the ledger at their first try after all. */
  private async commitOnce(writes: LedgerWrite[]): Promise<void> {
    const [{ companyId }] = writes as [LedgerWrite];
    const options = { timeoutMs: REPLAY_TIMEOUT_MS, pool: 'ledger' } as const;
    const ids = writes.map(({ id }) => id);
    let known = new Set<string>();
    try {
      await this.database.transaction(
        companyId,
        async (tx) => {
          known = await writtenOf(tx, companyId, ids);
          for (const write of writes) if (!known.has(write.id)) await this.append(tx, write);
        },
        options,
      );
    } catch (error) {
      // A first try may have committed just now: then its rows are what this one ran into.
      const isAlone = writes.length === 1 && whyFailed(error) === 'refused';
      if (!isAlone) throw error;
      known = await this.database.transaction(companyId, (tx) => writtenOf(tx, companyId, ids), options);
      if (known.size === 0) throw error;
    }
    for (const write of writes)
      if (known.has(write.id)) this.events.publish('written', { write, result: {} });
  }

  private async setAside(write: LedgerWrite, error: unknown): Promise<void> {
    this.metrics.rejected.inc();
    this.metrics.writes.inc({ where: 'refused' });
    log('ledger').error(
      { entryId: write.id, kind: write.kind, callId: write.callId, why: messageOf(error) },
      'the database refuses a write: set aside',
    );
    await this.spool
      .reject({ write }, messageOf(error))
      .catch((failure: unknown) => log('ledger').error({ error: messageOf(failure) }, 'rejected.jsonl'));
  }

  /**
   * Writes one entry and its projections in the caller's own transaction (Database.transaction). The entry itself is
   * written just before the commit, so that the ledger's head is locked for as short as can be, and always last.
   * @returns what its projections answered
   */
  async append(tx: EntityManager, given: LedgerWrite): Promise<JsonObject> {
    const write = cleaned(given);
    const entry: PreparedEntry = { write, payload: write.data };
    const entries = this.pendingOf(tx);
    entries.push(entry); // its place among those that are made side by side
    const { first, others } = this.projectionsOf(write.kind);
    const decided = (await first?.(tx, write)) ?? {};
    if (decided.superfluous) {
      entries.splice(entries.indexOf(entry), 1);
      return {};
    }
    const followed = await allEnded(others.map((projection) => projection(tx, write)));
    const result: JsonObject = {};
    const also: LedgerWrite[] = [];
    for (const projected of [decided, ...followed.map((one) => one ?? {})]) {
      entry.payload = projected.payload ?? entry.payload;
      entry.clientId = projected.clientId ?? entry.clientId;
      Object.assign(result, projected.result);
      also.push(...(projected.also ?? []));
    }
    for (const consequence of also) await this.append(tx, consequence);
    this.database.afterCommit(tx, () => this.events.publish('written', { write, result }));
    return result;
  }

  private pendingOf(tx: EntityManager): PreparedEntry[] {
    const known = this.pending.get(tx);
    if (known) return known;
    const entries: PreparedEntry[] = [];
    this.pending.set(tx, entries);
    this.database.beforeCommit(tx, async () => {
      // Always the same order of companies: two transactions never wait for each other's heads.
      for (const companyId of [...new Set(entries.map(({ write }) => write.companyId))].sort()) {
        const own = entries.filter(({ write }) => write.companyId === companyId);
        // One of ours at a time: where the head is as it was left, an entry costs one round trip, and nobody waits in vain.
        const isFirst = own.some(({ write }) => BEFORE_RINGING.has(write.kind));
        const turn = this.turns.take(companyId, isFirst);
        this.database.atEnd(tx, turn.end);
        await turn.begun;
        const head = await this.table.append(tx, companyId, own);
        this.database.afterCommit(tx, () => this.table.remember(companyId, head));
      }
    });
    return entries;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.replay.close();
    await this.spool.close();
  }
}
