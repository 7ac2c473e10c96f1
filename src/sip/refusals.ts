import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import { Sealer } from '../common/sealer.js';
import { Ledger } from '../ledger/ledger.js';
import type { CompanyNumberConfig, TrunkConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { Caller } from './caller.js';
import { callerHash } from './sip-target.js';
import type { SipSource } from './source.js';
import { causeOfStatus } from './status-tables.js';

/** Why an INVITE is turned away, and the SIP answer it gets. */
export const REFUSALS = {
  /** Neither a carrier's address nor a registered device's: whoever scans learns nothing. */
  'unknown-source': 403,
  'unknown-number': 404,
  malformed: 400,
  'too-many-hops': 483,
  'unknown-extension-tag': 420,
  'interval-too-small': 422,
  /** RFC 3891: calls are taken over by pick-up and by REFER. */
  'replaces-declined': 603,
  'no-audio': 488,
  'not-sdp': 415,
  'no-such-dialog': 481,
  'wrong-password': 403,
  'calls-out-not-offered': 403,
  'too-many-requests': 503,
  draining: 503,
  'not-ready': 503,
  'handler-failed': 500,
} as const;

export type RefusalReason = keyof typeof REFUSALS;

export interface Refusal {
  reason: RefusalReason;
  source: SipSource;
  sipCallId: string;
  trunk?: TrunkConfig;
  companyId?: string;
  companyNumber?: CompanyNumberConfig;
  caller?: Caller;
}

const WINDOW_MS = 60_000;
/** Entries of one source within a minute; the rest is counted and written as one. */
const ENTRIES_PER_WINDOW = 10;
/** Sources counted one by one; those beyond share one count. */
const MAX_SOURCES = 5_000;
const OTHERS = 'others';

interface Tally {
  since: number;
  written: number;
  suppressed: number;
  companyId: string;
  reasons: Record<string, number>;
}

/** Writes refused INVITEs down: who scans or floods us is in the ledger, and cannot fill it. */
@Injectable()
export class Refusals {
  private readonly tallies = new Map<string, Tally>();
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly ledger: Ledger,
    private readonly provisioning: Provisioning,
    private readonly sealer: Sealer,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.flush(), WINDOW_MS / 6);
  }

  /** Writes the counts that are open, and stops. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush(true);
  }

  /** Resolves when it is written or counted. Never throws: the refusal is answered all the same. */
  async write(refusal: Refusal): Promise<void> {
    // What can be tied to no company goes to the first.
    const companyId =
      refusal.companyId ??
      refusal.trunk?.companyId ??
      this.provisioning.snapshot.companies.keys().next().value;
    if (!companyId) return;
    const tally = this.tallyOf(refusal.source.address, companyId);
    if (tally.written >= ENTRIES_PER_WINDOW) {
      tally.suppressed += 1;
      tally.reasons[refusal.reason] = (tally.reasons[refusal.reason] ?? 0) + 1;
      return;
    }
    tally.written += 1;
    await this.append('call.refused', companyId, refusal.trunk, this.describe(refusal), newId());
  }

  private describe({ reason, source, sipCallId, trunk, companyNumber, caller }: Refusal) {
    const sipStatus = REFUSALS[reason];
    return {
      reason,
      sipStatus,
      cause: causeOfStatus(sipStatus),
      source: { protocol: source.protocol, address: source.address, port: source.port },
      sipCallIdHash: this.sealer.lookupHash(sipCallId).toString('base64'),
      trunkId: trunk?.id ?? null,
      companyNumber: companyNumber?.number ?? null,
      companyNumberId: companyNumber?.id ?? null,
      callerKind: caller?.kind ?? null,
      callerHash: caller?.kind === 'number' ? callerHash(this.sealer, caller.number) : null,
    };
  }

  /** One entry for what a source's minute held beyond its first ten. */
  private async flush(everything = false): Promise<void> {
    const now = clock.now();
    for (const [source, tally] of this.tallies) {
      if (!everything && now - tally.since < WINDOW_MS) continue;
      this.tallies.delete(source);
      if (tally.suppressed === 0) continue;
      const { suppressed, reasons, companyId, since } = tally;
      await this.append('call.refusals-suppressed', companyId, undefined, {
        source,
        count: suppressed,
        reasons,
        from: new Date(since).toISOString(),
        to: new Date(now).toISOString(),
      });
    }
  }

  private tallyOf(address: string, companyId: string): Tally {
    const source = this.tallies.has(address) || this.tallies.size < MAX_SOURCES ? address : OTHERS;
    const current = this.tallies.get(source);
    if (current) return current;
    const tally: Tally = { since: clock.now(), written: 0, suppressed: 0, companyId, reasons: {} };
    this.tallies.set(source, tally);
    return tally;
  }

  private async append(
    kind: 'call.refused' | 'call.refusals-suppressed',
    companyId: string,
    trunk: TrunkConfig | undefined,
    data: ReturnType<Refusals['describe']> | Record<string, string | number | Record<string, number>>,
    callId?: string,
  ): Promise<void> {
    const actor = trunk ? `carrier:${trunk.name}` : 'system';
    try {
      await this.ledger.write({ id: newId(), companyId, kind, at: clock.iso(), callId, actor, data });
    } catch (error) {
      log('sip').error({ kind, error: messageOf(error) }, 'a refusal could not be written');
    }
  }
}
