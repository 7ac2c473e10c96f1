import { Injectable } from '@nestjs/common';
import { DigestClient, type Credentials } from './digest-client.js';
import type { SipDialog } from './dialog.js';
import { Dialogs } from './dialogs.js';
import { DrachtioConnection } from './drachtio.connection.js';
import { PendingInvite, RefusedInvite, type Answered, type InviteTrace } from './pending-invite.js';
import { demandedInterval, sessionTimerOffer } from './session-timer.js';
import { SipRejected } from './sip-rejected.js';
import { escapeUser, quote } from './sip-values.js';
import { reasonOfStatus } from './status-tables.js';

/** Neutral: it tells neither product version nor who calls. */
export const USER_AGENT = 'Linekeeper';
const BYE_WAIT_MS = 4_000;

export interface Party {
  user: string;
  displayName?: string;
  /** Left out, drachtio-server puts its own address. */
  host?: string;
}

export interface InviteOptions {
  /** Our SDP. */
  offer: string;
  /** What the called side is shown; left out, nothing of anybody. */
  from?: Party;
  to?: Party;
  headers?: Record<string, string>;
  /** The next hop, where it is not `uri`: a sip: URI. */
  proxy?: string;
  /** Until the final response; then CANCEL and SipRejected 408. */
  timeoutMs: number;
  /** Aborted: CANCEL and SipRejected 487. An abort reason of 'answered elsewhere' is told to the phone (RFC 3326). */
  signal?: AbortSignal;
  onProvisional?: (status: number, sdp: string | undefined, trace: InviteTrace) => void;
  /** For a carrier that challenges us with 401 or 407. */
  credentials?: Credentials;
  /** RFC 4028, for calls to phones and carriers: both sides notice when the other is gone. */
  sessionTimer?: boolean;
}

export interface OfferedInvite {
  /** The called side's SDP. */
  offer: string;
  sipCallId: string;
  /** Sends the ACK with our answer. */
  accept(answer: string): Promise<SipDialog>;
  /** Ends it instead of accepting. */
  abandon(): Promise<void>;
}

/** Sends INVITEs. */
@Injectable()
export class Uac {
  private readonly live = new Set<PendingInvite>();

  constructor(
    private readonly connection: DrachtioConnection,
    private readonly dialogs: Dialogs,
  ) {}

  /** INVITEs without a final response, given-up ones whose CANCEL is not answered included. */
  get pending(): number {
    return this.live.size;
  }

  /**
   * @param uri the Request-URI
   * @returns the established dialog, ACK sent
   * @throws SipRejected with the final response's status, or 408, 487, 503 as concluded here
   */
  async invite(uri: string, options: InviteOptions): Promise<SipDialog> {
    const answered = await this.negotiate(uri, options, { localSdp: options.offer });
    if (answered.kind !== 'dialog') throw new SipRejected(500, 'an offer where an answer was due');
    return this.dialogs.adopt(answered.dialog, 'uac');
  }

  /** INVITE without SDP (RFC 3725): the called side offers, our answer goes into the ACK. */
  async inviteForOffer(uri: string, options: Omit<InviteOptions, 'offer'>): Promise<OfferedInvite> {
    const answered = await this.negotiate(uri, options, { noAck: true });
    if (answered.kind !== 'offer') {
      void this.dialogs.adopt(answered.dialog, 'uac').bye();
      throw new SipRejected(488, 'no offer in the 200');
    }
    const { offer } = answered;
    return {
      offer: offer.sdp,
      sipCallId: offer.res.get('call-id') ?? '',
      accept: async (answer) => this.dialogs.adopt(await this.connection.whileUp(offer.ack(answer)), 'uac'),
      abandon: () => this.connection.whileUp(offer.destroy()).catch(() => undefined),
    };
  }

  /** Ends a dialog of an earlier life of this process. Time-limited, never throws. */
  async byeOrphan(stackDialogId: string | undefined): Promise<void> {
    if (!stackDialogId) return;
    await this.connection.request({ method: 'BYE', stackDialogId }, BYE_WAIT_MS).catch(() => undefined);
  }

  /** Takes back an INVITE of a process that is no more, answered or not. Time-limited, never throws. */
  async cancelOrphan({ transaction, dialog }: InviteTrace): Promise<void> {
    this.connection.speakFor(transaction, 'CANCEL sip:placeholder SIP/2.0');
    await this.byeOrphan(dialog);
  }

  /** Refuses a caller whom a process that is no more left, or ends what it answered. Time-limited, never throws. */
  async refuseOrphan({ transaction, dialog }: InviteTrace, status: number): Promise<void> {
    this.connection.speakFor(transaction, `SIP/2.0 ${status} ${reasonOfStatus(status)}`);
    await this.byeOrphan(dialog);
  }

  /** The INVITE, once more with credentials after a challenge and once more after a 422. */
  private async negotiate(
    uri: string,
    options: Omit<InviteOptions, 'offer'>,
    body: { localSdp?: string; noAck?: boolean },
  ): Promise<Answered> {
    const deadline = Date.now() + options.timeoutMs;
    let headers = inviteHeaders(options);
    const digest = options.credentials && new DigestClient(options.credentials);
    for (let tries = 0; ; tries++) {
      const invite = new PendingInvite(this.connection, (over) => this.live.delete(over));
      this.live.add(invite);
      try {
        return await invite.send(
          uri,
          { ...body, headers, proxy: options.proxy },
          {
            ...options,
            timeoutMs: Math.max(1, deadline - Date.now()),
          },
        );
      } catch (error) {
        const again =
          tries < 3 && error instanceof RefusedInvite && this.nextTry(error, uri, options, digest);
        if (!again) throw error instanceof RefusedInvite ? error.rejected : error;
        headers = { ...headers, ...again };
      }
    }
  }

  /** The headers that answer a refusal; undefined where it is final. */
  private nextTry(
    { rejected, request, response }: RefusedInvite,
    uri: string,
    options: Omit<InviteOptions, 'offer'>,
    digest: DigestClient | undefined,
  ): Record<string, string> | undefined {
    const interval = rejected.status === 422 && options.sessionTimer && demandedInterval(response);
    const answer = interval ? sessionTimerOffer(interval) : digest?.answer(response, 'INVITE', uri);
    if (!answer) return undefined;
    // RFC 3261 §22.2: the same Call-ID, From and To, and the next CSeq.
    const sequence = Number.parseInt(request.get('cseq') ?? '1', 10) + 1;
    return {
      ...answer,
      'Call-ID': request.get('call-id') ?? '',
      From: request.get('from') ?? '',
      CSeq: `${sequence} INVITE`,
    };
  }
}

function inviteHeaders(options: Omit<InviteOptions, 'offer'>): Record<string, string> {
  return {
    From: partyHeader(options.from ?? { user: 'linekeeper' }),
    ...(options.to ? { To: partyHeader(options.to) } : {}),
    'User-Agent': USER_AGENT,
    Allow: 'INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK, REFER',
    ...(options.sessionTimer ? sessionTimerOffer() : {}),
    ...options.headers,
  };
}

const partyHeader = ({ user, displayName, host }: Party): string =>
  `${displayName ? `${quote(displayName)} ` : ''}<sip:${escapeUser(user)}@${host ?? 'localhost'}>`;
