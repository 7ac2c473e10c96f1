import { log } from '../common/log.js';
import { messageOf } from '../common/app-error.js';
import type { CompanyNumberConfig, ExtensionConfig, TrunkConfig } from '../provisioning/config.js';
import { callLabel } from './call-label.js';
import type { Caller } from './caller.js';
import type { SipDialog } from './dialog.js';
import type { Dialogs } from './dialogs.js';
import type { DrachtioConnection } from './drachtio.connection.js';
import { sessionTimerAnswer } from './session-timer.js';
import type { InviteTrace } from './pending-invite.js';
import { SipRejected } from './sip-rejected.js';
import { parseNameAddress, readTokens } from './sip-values.js';
import type { SipSource } from './source.js';
import type { StackReply, StackRequest } from './stack.js';
import { reasonOfStatus } from './status-tables.js';
import { USER_AGENT } from './uac.js';

/** An INVITE that has no final response yet. */
export interface WaitingInvite {
  readonly sipCallId: string;
  /** With it another process can end it too (Uac.refuseOrphan). */
  readonly trace: InviteTrace;
  readonly source: SipSource;
  /** SDP; '' where the INVITE has none. */
  readonly offer: string;
  /** 180, or 183 with SDP. */
  progress(sdp?: string): void;
  /** 200; resolves at the ACK. @throws SipRejected 487 when the caller gave up, 408 without an ACK */
  answer(sdp: string): Promise<SipDialog>;
  /** A final response of 300 or more; nothing where there is one already. */
  refuse(status: number, headers?: Record<string, string>): void;
  /** The caller gave up before the answer; drachtio-server has answered his CANCEL and the INVITE (487). */
  readonly cancelled: AbortSignal;
}

/** A call from a client to a company number. */
export interface InboundInvite extends WaitingInvite {
  readonly trunk: TrunkConfig;
  readonly companyNumber: CompanyNumberConfig;
  readonly caller: Caller;
}

/** A call that a registered device wants to make; its digest was right. */
export interface DeviceInvite extends WaitingInvite {
  readonly extension: ExtensionConfig;
  /** The user part of the Request-URI: what was dialled. */
  readonly dialled: string;
}

/** The answering side of an INVITE, from its arrival on. */
export class InviteReply {
  private readonly abort = new AbortController();
  private final = false;

  constructor(
    private readonly connection: DrachtioConnection,
    private readonly dialogs: Dialogs,
    readonly request: StackRequest,
    private readonly reply: StackReply,
    private readonly onFinal: () => void,
  ) {
    request.on('cancel', () => {
      this.finish();
      this.abort.abort();
    });
  }

  get cancelled(): AbortSignal {
    return this.abort.signal;
  }

  get trace(): InviteTrace {
    const fromTag = parseNameAddress(this.request.get('from'))?.params.get('tag') ?? '';
    // As drachtio-server will name the dialog, once there is one.
    return { transaction: this.request.stackTxnId, dialog: `${this.sipCallId};from-tag=${fromTag}` };
  }

  get sipCallId(): string {
    return this.request.get('call-id') ?? '';
  }

  progress(sdp?: string): void {
    if (this.final) return;
    // RFC 3262 §3: who requires reliable provisional responses gets them; drachtio-server takes the PRACK.
    const reliable = readTokens(this.request.get('require')).includes('100rel');
    const headers = {
      ...(sdp ? { 'Content-Type': 'application/sdp' } : {}),
      ...(reliable ? { Require: '100rel' } : {}),
      'User-Agent': USER_AGENT,
    };
    if (sdp) this.reply.send(183, 'Session Progress', { headers, body: sdp }, this.logFailure);
    else this.reply.send(180, 'Ringing', { headers }, this.logFailure);
  }

  async answer(sdp: string): Promise<SipDialog> {
    if (this.abort.signal.aborted) throw new SipRejected(487);
    if (this.final) throw new SipRejected(500, 'answered before');
    this.final = true;
    try {
      const dialog = await this.connection.whileUp(
        this.connection.stack
          .createUAS(this.request, this.reply, {
            localSdp: sdp,
            headers: {
              'Content-Type': 'application/sdp',
              Allow: 'INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK, REFER',
              'User-Agent': USER_AGENT,
              ...sessionTimerAnswer(this.request),
            },
          })
          .catch((error: unknown) => {
            throw this.abort.signal.aborted ? new SipRejected(487) : new SipRejected(500, messageOf(error));
          }),
      );
      const adopted = this.dialogs.adopt(dialog, 'uas');
      await this.connection.whileUp(adopted.whenAcknowledged());
      return adopted;
    } finally {
      this.onFinal();
    }
  }

  refuse(status: number, headers: Record<string, string> = {}, reason = reasonOfStatus(status)): void {
    if (this.final) return;
    this.finish();
    this.reply.send(status, reason, { headers }, this.logFailure);
  }

  private finish(): void {
    if (this.final) return;
    this.final = true;
    this.onFinal();
  }

  private readonly logFailure = (error?: unknown): void => {
    // Crossing a CANCEL is the usual reason: the transaction has its 487 already.
    if (error)
      log('sip').debug(
        { sipCall: callLabel(this.sipCallId), error: messageOf(error) },
        'a response was not sent',
      );
  };
}
