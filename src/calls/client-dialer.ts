import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { PhoneNumber } from '../common/phone-number.js';
import { ringbackOf } from '../media/country.js';
import type { MediaLeg } from '../media/media-leg.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { SipDialog } from '../sip/dialog.js';
import { SipRejected } from '../sip/sip-rejected.js';
import { TrunkDialer } from '../sip/trunk-dialer.js';
import { endWith } from './answering.js';
import type { EndingName } from './call-endings.js';
import type { LiveCall } from './live-call.js';
import { RingingPhones } from './ringing-phones.js';

/** How long a client's phone rings. */
const RING_MS = 60_000;

/** What a carrier's final response says of the client (RFC 3261 §21, RFC 3398 §8.2.6.1). */
const ENDING_OF_STATUS: Readonly<Record<number, EndingName>> = {
  404: 'number-not-in-service',
  408: 'client-did-not-answer',
  410: 'number-not-in-service',
  480: 'client-did-not-answer',
  484: 'number-not-in-service',
  486: 'client-busy',
  487: 'client-did-not-answer',
  600: 'client-busy',
  603: 'client-declined',
  604: 'number-not-in-service',
  607: 'client-declined',
};

/** Rings a client's phone, while the manager hears that it rings. */
@Injectable()
export class ClientDialer {
  constructor(
    private readonly trunks: TrunkDialer,
    private readonly provisioning: Provisioning,
    private readonly ringing: RingingPhones,
  ) {}

  /**
   * @param managerLeg hears the ringback, or what the carrier says in its place (early media)
   * @param clientLeg has made the offer; has the client's SDP when this resolves
   * @throws AppError with the ending's name as its code
   */
  async dial(
    call: LiveCall,
    number: PhoneNumber,
    { managerLeg, clientLeg, offer }: { managerLeg: MediaLeg; clientLeg: MediaLeg; offer: string },
  ): Promise<SipDialog> {
    const country = this.provisioning.snapshot.companies.get(call.companyId)?.country ?? '';
    let heard = false;
    const dialog = await this.trunks
      .dial({
        companyId: call.companyId,
        number,
        shown: call.companyNumber ?? '',
        offer,
        timeoutMs: RING_MS,
        signal: call.over,
        onProgress: (_, trace) => {
          if (heard) return;
          heard = true;
          this.ringing.add(call.id, trace);
          call.changed({ kind: 'ringing' });
          void managerLeg.playTone(ringbackOf(country));
        },
      })
      .catch((error: unknown) => {
        throw error instanceof SipRejected ? unreached(error) : error;
      });
    endWith(call, dialog, 'client');
    await clientLeg.modify(dialog.remoteSdp);
    return dialog;
  }
}

const unreached = ({ status, message }: SipRejected): AppError =>
  new AppError(ENDING_OF_STATUS[status] ?? 'carrier-refused', `the carrier answered ${status} ${message}`);
