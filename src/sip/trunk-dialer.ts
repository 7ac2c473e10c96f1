import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { PhoneNumber } from '../common/phone-number.js';
import type { TrunkConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { SipDialog } from './dialog.js';
import type { InviteTrace } from './pending-invite.js';
import { SipRejected } from './sip-rejected.js';
import { numberForTrunk, trunkTarget, type Emergency } from './sip-target.js';
import { TrunkTroubles } from './trunk-troubles.js';
import { Uac } from './uac.js';

/** A trunk that says nothing at all within this, not even 100, is passed over (RFC 3263 §4.3). */
const SILENT_MS = 4_000;
/** Company numbers that one trunk is offered for one call. */
const MOST_NUMBERS = 3;

export interface TrunkCall {
  companyId: string;
  /** Who is called. */
  number: PhoneNumber | Emergency;
  /** E.164 of the company number that the called side is shown. */
  shown: string;
  /** The media server's SDP. */
  offer: string;
  timeoutMs: number;
  signal?: AbortSignal;
  /** At each provisional response of 180 or more; the SDP where it brings early media. */
  onProgress?: (sdp: string | undefined, trace: InviteTrace) => void;
}

/** Rings telephone numbers through the company's carriers: one after another, where one of them fails. */
@Injectable()
export class TrunkDialer {
  constructor(
    private readonly uac: Uac,
    private readonly provisioning: Provisioning,
    private readonly troubles: TrunkTroubles,
  ) {}

  /**
   * @throws SipRejected as the last carrier answered, 408 when nobody answered in time, 487 when it was called off
   * @throws AppError `no-trunk` where the company has no carrier
   */
  async dial(call: TrunkCall): Promise<SipDialog> {
    const trunks = [...this.provisioning.snapshot.trunks.values()].filter(
      ({ companyId, enabled }) => companyId === call.companyId && enabled,
    );
    for (const [at, trunk] of trunks.entries()) {
      const isLast = at === trunks.length - 1;
      try {
        return await this.dialThrough(trunk, call, isLast);
      } catch (error) {
        if (isLast || call.signal?.aborted || !(error instanceof TrunkFailed)) throw rejectionOf(error);
        await this.troubles.failed(trunk, error.rejected.status);
      }
    }
    throw new AppError('no-trunk', 'no carrier is set up for calls out: add a trunk', {
      sipStatus: 503,
      cause: 38,
    });
  }

  /** Through this carrier and no other, with the number given and no other. @throws as dial */
  async dialAlone(trunk: TrunkConfig, call: TrunkCall): Promise<SipDialog> {
    try {
      return await this.attempt(trunk, call, true);
    } catch (error) {
      throw rejectionOf(error);
    }
  }

  /** With the company number asked for, then with the company's others where the carrier refuses that one. */
  private async dialThrough(trunk: TrunkConfig, call: TrunkCall, isLast: boolean): Promise<SipDialog> {
    const numbers = [call.shown, ...this.numbersBeside(call)].slice(0, MOST_NUMBERS);
    for (const [at, shown] of numbers.entries()) {
      try {
        return await this.attempt(trunk, { ...call, shown }, isLast);
      } catch (error) {
        const rejected = error instanceof TrunkFailed ? error.rejected : error;
        if (call.signal?.aborted || !(rejected instanceof SipRejected) || !refusesCallerId(rejected))
          throw error;
        await this.troubles.callerIdRefused(trunk, shown, rejected.status);
        if (at === numbers.length - 1) throw error;
      }
    }
    throw new SipRejected(500, 'no company number to show');
  }

  /** @throws TrunkFailed where another trunk may do better */
  private async attempt(trunk: TrunkConfig, call: TrunkCall, isLast: boolean): Promise<SipDialog> {
    const country = this.provisioning.snapshot.companies.get(call.companyId)?.country ?? '';
    const shown = { user: numberForTrunk(call.shown, trunk.callerIdFormat, country), host: trunk.host };
    const silent = new AbortController();
    const timer = isLast ? undefined : setTimeout(() => silent.abort(), SILENT_MS);
    let rang = false;
    try {
      return await this.uac.invite(trunkTarget(trunk, call.number, country), {
        offer: call.offer,
        from: shown,
        headers: { 'P-Asserted-Identity': `<sip:${shown.user}@${shown.host}>` },
        ...(trunk.outboundProxy ? { proxy: trunk.outboundProxy } : {}),
        timeoutMs: call.timeoutMs,
        signal: call.signal ? AbortSignal.any([call.signal, silent.signal]) : silent.signal,
        sessionTimer: true,
        ...(trunk.username && trunk.password
          ? { credentials: { username: trunk.username, password: trunk.password } }
          : {}),
        onProvisional: (status, sdp, trace) => {
          clearTimeout(timer);
          if (status < 180) return;
          rang = true;
          call.onProgress?.(sdp, trace);
        },
      });
    } catch (error) {
      if (silent.signal.aborted && !call.signal?.aborted) throw new TrunkFailed(new SipRejected(408));
      // RFC 3261 §21.5: the server failed, not the called person; a phone that rang has been reached.
      const trunkFailed = error instanceof SipRejected && (error.status >= 500 || error.status === 408);
      throw trunkFailed && error.status < 600 && !rang ? new TrunkFailed(error) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The company's other numbers, which clients know too. */
  private numbersBeside({ companyId, shown }: TrunkCall): string[] {
    return [...this.provisioning.snapshot.companyNumbers.values()]
      .filter((own) => own.companyId === companyId && !own.isProxy && own.number !== shown)
      .map(({ number }) => number);
  }
}

/** The carrier, not whom it was to reach, is what failed. */
class TrunkFailed extends Error {
  constructor(readonly rejected: SipRejected) {
    super(rejected.message);
  }
}

const rejectionOf = (error: unknown): unknown => (error instanceof TrunkFailed ? error.rejected : error);

/** RFC 8224 §6.2.2, RFC 5079: refusals that speak of nothing but who calls. */
const OF_THE_CALLER = [428, 433, 436, 437, 438];
const NAMES_THE_CALLER = /caller.?id|\bcli\b|calling.?(party|number|line)|\bani\b|origin|identity|\bfrom\b/i;

/** Whether the carrier refuses the number that is shown; a bare 403 mostly means that. */
function refusesCallerId({ status, reason, explanation }: SipRejected): boolean {
  if (OF_THE_CALLER.includes(status)) return true;
  if (status === 403) return !/destination|called|balance|credit|fund/i.test(`${reason} ${explanation}`);
  return status >= 400 && NAMES_THE_CALLER.test(`${reason} ${explanation}`);
}
