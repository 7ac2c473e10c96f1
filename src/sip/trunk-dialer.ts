import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { PhoneNumber } from '../common/phone-number.js';
import type { TrunkConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { SipDialog } from './dialog.js';
import type { InviteTrace } from './pending-invite.js';
import { trunkTarget } from './sip-target.js';
import { Uac } from './uac.js';

export interface TrunkCall {
  companyId: string;
  /** Who is called. */
  number: PhoneNumber;
  /** E.164 of the company number that the called side is shown. */
  shown: string;
  /** The media server's SDP. */
  offer: string;
  timeoutMs: number;
  signal?: AbortSignal;
  /** At each provisional response of 180 or more; the SDP where it brings early media. */
  onProgress?: (sdp: string | undefined, trace: InviteTrace) => void;
}

/** Rings telephone numbers through the company's carriers. */
@Injectable()
export class TrunkDialer {
  constructor(
    private readonly uac: Uac,
    private readonly provisioning: Provisioning,
  ) {}

  /**
   * @throws SipRejected as the carrier answered, 408 when nobody answered in time, 487 when it was called off
   * @throws AppError `no-trunk` where the company has no carrier
   */
  async dial(call: TrunkCall): Promise<SipDialog> {
    const trunk = this.trunkOf(call.companyId);
    const shown = { user: call.shown, host: trunk.host };
    return this.uac.invite(trunkTarget(trunk, call.number), {
      offer: call.offer,
      from: shown,
      headers: { 'P-Asserted-Identity': `<sip:${shown.user}@${shown.host}>` },
      timeoutMs: call.timeoutMs,
      signal: call.signal,
      sessionTimer: true,
      ...(trunk.username && trunk.password
        ? { credentials: { username: trunk.username, password: trunk.password } }
        : {}),
      onProvisional: (status, sdp, trace) => {
        if (status >= 180) call.onProgress?.(sdp, trace);
      },
    });
  }

  private trunkOf(companyId: string): TrunkConfig {
    for (const trunk of this.provisioning.snapshot.trunks.values()) {
      if (trunk.companyId === companyId && trunk.enabled) return trunk;
    }
    throw new AppError('no-trunk', 'no carrier is set up for calls out: add a trunk', {
      sipStatus: 503,
      cause: 38,
    });
  }
}
