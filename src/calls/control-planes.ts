import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import type { Settings } from '../common/env.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import { SETTINGS } from '../common/settings.js';
import { TypedEvents } from '../common/typed-events.js';
import { DataKeys } from '../database/data-keys.js';
import { Database } from '../database/database.js';
import { Ledger } from '../ledger/ledger.js';

const BEAT_MS = 2_000;
/** A control plane that has not been heard of for so long is dead. */
const SILENCE_MS = 15_000;

/** How long a write may take into the spool, once it waits for the database no more. */
const SPOOLING_MS = 1_000;

/** Which control planes share this database, and which of them have died. */
@Injectable()
export class ControlPlanes {
  /** Ours; the same after a restart on the same data folder, so that a start knows its own calls of before. */
  readonly id: string;
  /** Of each other one that is dead or was taken care of. */
  readonly events = new TypedEvents<{ gone: { id: string } }>();
  /** Of each other one: its last beat, and since when we have seen no newer (by our clock, not the database's). */
  private readonly heard = new Map<string, { beat: string; since: number }>();
  private lastBeat = 0;
  private timer?: NodeJS.Timeout;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly database: Database,
    private readonly keys: DataKeys,
    private readonly ledger: Ledger,
  ) {
    this.id = ownId(join(settings.DATA_DIR, 'control-plane.id'));
  }

  /** @param onDead told of each control plane that went silent, at every beat until `forget` */
  async start(onDead: (id: string) => Promise<void>): Promise<void> {
    const beat = () =>
      this.beat(onDead).catch((error: unknown) => {
        // While the database is away nobody can be judged: all start anew when it is back.
        this.heard.clear();
        log('calls').debug({ error: messageOf(error) }, 'no beat');
      });
    await beat();
    this.timer = setInterval(() => void beat(), BEAT_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** What a dead control plane left is taken care of. */
  async forget(id: string): Promise<void> {
    this.lost(id);
    await this.database.transaction('*', (tx) => tx.query('DELETE FROM control_plane WHERE id = $1', [id]));
  }

  private lost(id: string): void {
    this.heard.delete(id);
    this.events.publish('gone', { id });
  }

  /**
   * The key by which all is sealed that is still on its way from here into the database.
   * @returns null while something sealed by an earlier one may wait in the spool
   */
  private sealsWith(): number | null {
    const { keyId, forMs } = this.keys.sealing;
    const isOnItsWay = forMs < this.settings.LEDGER_PATIENCE_MS + SPOOLING_MS;
    if (isOnItsWay || this.ledger.spoolDepth > 0) return null;
    this.keys.forgetGone();
    return keyId;
  }

  private async beat(onDead: (id: string) => Promise<void>): Promise<void> {
    // Who was stopped himself has heard nobody: all start anew.
    if (clock.monotonic() - this.lastBeat > 2 * BEAT_MS) this.heard.clear();
    this.lastBeat = clock.monotonic();
    const others = await this.database.transaction('*', async (tx) => {
      await tx.query(
        `INSERT INTO control_plane (id, beat, knows_key, seals_with_key) VALUES ($1, now(), $2, $3)
         ON CONFLICT (id) DO UPDATE
         SET beat = now(), knows_key = EXCLUDED.knows_key, seals_with_key = EXCLUDED.seals_with_key`,
        [this.id, this.keys.knows, this.sealsWith()],
      );
      return tx.query<{ id: string; beat: Date }[]>('SELECT id, beat FROM control_plane WHERE id <> $1', [
        this.id,
      ]);
    });
    for (const id of this.heard.keys()) if (!others.some((one) => one.id === id)) this.lost(id);
    for (const { id, beat } of others) {
      const known = this.heard.get(id);
      if (known?.beat !== beat.toISOString())
        this.heard.set(id, { beat: beat.toISOString(), since: clock.monotonic() });
      else if (clock.monotonic() - known.since > SILENCE_MS) await onDead(id);
    }
  }
}

function ownId(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    const id = newId();
    writeFileSync(path, id, { mode: 0o600 });
    return id;
  }
}
