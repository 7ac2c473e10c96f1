import { Injectable } from '@nestjs/common';
import { AppError, messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import type { PhoneNumber } from '../common/phone-number.js';
import { ringbackOf } from '../media/country.js';
import type { MediaLeg } from '../media/media-leg.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { SipDialog } from '../sip/dialog.js';
import { SipRejected } from '../sip/sip-rejected.js';
import type { Emergency } from '../sip/sip-target.js';
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

/** A client's phone that was answered. */
export interface Reached {
  dialog: SipDialog;
  /** The legs are joined already, since the carrier was to be heard before the answer. */
  isBridged: boolean;
}

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
    number: PhoneNumber | Emergency,
    { managerLeg, clientLeg, offer }: { managerLeg: MediaLeg; clientLeg: MediaLeg; offer: string },
  ): Promise<Reached> {
    const country = this.provisioning.snapshot.companies.get(call.companyId)?.country ?? '';
    let rang = false;
    let early: Promise<boolean> = Promise.resolve(false);
    let carriersSound = false;
    const dialog = await this.trunks
      .dial({
        companyId: call.companyId,
        number,
        shown: call.companyNumber ?? '',
        offer,
        timeoutMs: RING_MS,
        signal: call.over,
        onProgress: (sdp, trace) => {
          if (!rang) {
            rang = true;
            this.ringing.add(call.id, trace);
            call.changed({ kind: 'ringing' });
            if (!sdp) void managerLeg.playTone(ringbackOf(country));
          }
          if (!sdp || carriersSound) return;
          carriersSound = true;
          early = this.hearCarrier(call, { managerLeg, clientLeg, sdp });
        },
      })
      .catch((error: unknown) => {
        throw error instanceof SipRejected ? unreached(error) : error;
      });
    endWith(call, dialog, 'client');
    const isBridged = await early;
    await clientLeg.modify(dialog.remoteSdp);
    return { dialog, isBridged };
  }

  /** Early media (RFC 3960): the manager hears the carrier in place of our ringback; nothing of it is recorded. */
  private async hearCarrier(
    call: LiveCall,
    { managerLeg, clientLeg, sdp }: { managerLeg: MediaLeg; clientLeg: MediaLeg; sdp: string },
  ): Promise<boolean> {
    try {
      await clientLeg.modify(sdp);
      await managerLeg.stopPlaying();
      await clientLeg.bridge(managerLeg);
      return true;
    } catch (error) {
      log('calls').debug({ callId: call.id, error: messageOf(error) }, 'early media was not heard');
      return false;
    }
  }
}

const unreached = ({ status, message }: SipRejected): AppError =>
  new AppError(ENDING_OF_STATUS[status] ?? 'carrier-refused', `the carrier answered ${status} ${message}`);
