import { messageOf } from '../common/app-error.js';
import type { DrachtioConnection } from './drachtio.connection.js';
import { SipRejected } from './sip-rejected.js';
import type { StackDialog, StackInviteOptions, StackOffer, StackRequest, StackResponse } from './stack.js';

/** RFC 3261 §9.1: no final response 64*T1 after the CANCEL, and the INVITE counts as cancelled. */
const CANCEL_GIVE_UP_MS = 32_000;

export type Answered = { kind: 'dialog'; dialog: StackDialog } | { kind: 'offer'; offer: StackOffer };

/** A final response other than 2xx, with what a second try needs. */
export class RefusedInvite extends Error {
  constructor(
    readonly rejected: SipRejected,
    readonly request: StackRequest,
    readonly response: StackResponse,
  ) {
    super(rejected.message);
  }
}

/** An INVITE by drachtio-server's names for it: with them another process can end it (Uac.endOrphan). */
export interface InviteTrace {
  transaction: string;
  /** Where there is one: after the first response with a tag. */
  dialog: string | undefined;
}

export interface InviteWatch {
  timeoutMs: number;
  signal?: AbortSignal;
  onProvisional?: (status: number, sdp: string | undefined, left: InviteTrace) => void;
}

/**
 * One INVITE client transaction. Given up, it is cancelled as soon as a provisional response allows it, and its
 * caller goes on at once; a 200 that comes too late is acknowledged and ended with a BYE.
 */
export class PendingInvite {
  private request?: StackRequest;
  private proceeding = false;
  private cancelSent = false;
  private givenUp?: { reason?: string };
  private giveUpTimer?: NodeJS.Timeout;

  /** @param onOver called once, when nothing of it is left */
  constructor(
    private readonly connection: DrachtioConnection,
    private readonly onOver: (invite: PendingInvite) => void,
  ) {}

  /** @throws RefusedInvite for a final response, SipRejected for what was concluded here */
  async send(uri: string, options: StackInviteOptions, watch: InviteWatch): Promise<Answered> {
    if (!this.connection.isUp) {
      this.onOver(this);
      throw new SipRejected(503, 'drachtio-server is away');
    }
    if (watch.signal?.aborted) {
      this.onOver(this);
      throw new SipRejected(487);
    }
    const finished = this.launch(uri, options, watch);
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const stopped = new Promise<never>((_, reject) => {
      const giveUp = (error: SipRejected, reason?: string) => {
        reject(error);
        this.giveUp(finished, reason);
      };
      timer = setTimeout(() => giveUp(new SipRejected(408)), watch.timeoutMs);
      onAbort = () => giveUp(new SipRejected(487), abortReason(watch.signal));
      watch.signal?.addEventListener('abort', onAbort);
    });
    try {
      const answered = await this.connection.whileUp(Promise.race([finished, stopped]));
      this.over();
      return answered;
    } catch (error) {
      if (!this.givenUp) this.over();
      throw error;
    } finally {
      clearTimeout(timer);
      if (onAbort) watch.signal?.removeEventListener('abort', onAbort);
    }
  }

  private async launch(uri: string, options: StackInviteOptions, watch: InviteWatch): Promise<Answered> {
    try {
      const result = await this.connection.stack.createUAC(uri, options, {
        cbRequest: (_, request) => (this.request = request),
        cbProvisional: (response) => {
          this.proceeding = true;
          if (this.givenUp) this.cancel();
          else
            watch.onProvisional?.(response.status, response.body || undefined, {
              transaction: response.stackTxnId,
              dialog: response.stackDialogId,
            });
        },
      });
      return 'sip' in result ? { kind: 'dialog', dialog: result } : { kind: 'offer', offer: result };
    } catch (error) {
      const { status, reason, res } = error as { status?: number; reason?: string; res?: StackResponse };
      if (!status) throw new SipRejected(503, messageOf(error));
      const explanation = [res?.get('warning'), res?.get('reason')].filter(Boolean).join(' ');
      const rejected = new SipRejected(status, reason, undefined, explanation);
      if (!res || !this.request) throw rejected;
      throw new RefusedInvite(rejected, this.request, res);
    }
  }

  private giveUp(finished: Promise<Answered>, reason?: string): void {
    this.givenUp = { reason };
    if (this.proceeding) this.cancel();
    this.giveUpTimer = setTimeout(() => this.over(), CANCEL_GIVE_UP_MS);
    finished.then(
      (late) => {
        this.over();
        this.endLate(late);
      },
      () => this.over(),
    );
  }

  /** RFC 3261 §9.1: CANCEL only after a provisional response. */
  private cancel(): void {
    if (this.cancelSent || !this.request || !this.connection.isUp) return;
    this.cancelSent = true;
    const reason = this.givenUp?.reason;
    this.request.cancel(reason ? { headers: { Reason: reason } } : {}, () => undefined);
  }

  /** RFC 3261 §13.2.2.4: a 200 that crossed our CANCEL is acknowledged (drachtio-srf did) and ended. */
  private endLate(late: Answered): void {
    if (late.kind === 'offer') return void late.offer.destroy().catch(() => undefined);
    this.connection.stack.removeDialog(late.dialog);
    this.connection
      .request({ method: 'BYE', stackDialogId: late.dialog.id }, CANCEL_GIVE_UP_MS)
      .catch(() => undefined);
  }

  private over(): void {
    clearTimeout(this.giveUpTimer);
    this.onOver(this);
  }
}

/** RFC 3326: a phone told that another one answered does not show a missed call. */
const abortReason = (signal: AbortSignal | undefined): string | undefined =>
  signal?.reason === 'answered elsewhere' ? 'SIP;cause=200;text="Call completed elsewhere"' : undefined;
