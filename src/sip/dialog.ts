import { AppError, messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { callLabel } from './call-label.js';
import type { DrachtioConnection } from './drachtio.connection.js';
import { DialogRefer, type Refer } from './refer.js';
import type { ReplacedDialog } from './replaces.js';
import { sessionTimerAnswer } from './session-timer.js';
import { SipRejected } from './sip-rejected.js';
import { escapeUser, parseNameAddress, parseSipUri, quote } from './sip-values.js';
import type { StackDialog, StackReply, StackRequest } from './stack.js';

const BYE_WAIT_MS = 4_000;
const OPTIONS_WAIT_MS = 5_000;
/** RFC 3261 §12.2.1.2; 503 is what drachtio-server makes of an address that nothing is at any more. */
export const GONE: readonly number[] = [408, 481, 503];
const NOTIFY_WAIT_MS = 4_000;
const REINVITE_WAIT_MS = 10_000;
/** RFC 3261 §13.3.1.4: 64*T1, after which drachtio-server gives up; a little later we do without its word. */
const ACK_WAIT_MS = 40_000;
/** RFC 3261 §14.1: after a 491, wait at random in steps of 10 ms and try again. */
const GLARE_WAIT_MS = { owner: [2_100, 4_000], other: [0, 2_000] } as const;
const GLARE_TRIES = 3;

/** What a device's display shows of the other side. */
export interface Shown {
  user: string;
  displayName: string;
}

export interface DialogEnd {
  /** `server`: drachtio-server ended it, for want of an ACK or of a session refresh, or was itself lost. */
  by: 'remote' | 'server';
  /** The BYE's Reason header (RFC 3326), or the server's reason. */
  reason?: string;
}

/** An established INVITE dialog (RFC 3261 §12). */
export interface SipDialog {
  readonly sipCallId: string;
  readonly remoteSdp: string;
  readonly localSdp: string;
  /** drachtio-server's id of it: with it another process can end it too (Uac.byeOrphan). */
  readonly stackDialogId: string;
  /**
   * Ends it. Time-limited, never throws; a second call does nothing.
   * @returns false where the other side is not known to have heard of it
   */
  bye(headers?: Record<string, string>): Promise<boolean>;
  /** Asks the other side whether it is there (OPTIONS, RFC 3261 §11); any answer is one. Time-limited, never throws. */
  isThere(): Promise<boolean>;
  /** re-INVITE. @returns the remote SDP @throws SipRejected when the other side refuses it */
  modify(sdp: string): Promise<string>;
  /** Tells the other side who is at the line now (RFC 3325). @throws SipRejected when it refuses */
  identify(who: Shown): Promise<unknown>;
  /** Called once, when the other side or the server ends it; at once when that is so already. Not after bye(). */
  onBye(listener: (end: DialogEnd) => void): void;
  /** The handler gives the answer to the other side's new offer; a rejection becomes 488. */
  onReinvite(handler: (sdp: string) => Promise<string>): void;
  onInfo(handler: (contentType: string, body: string) => void): void;
  /** The handler accepts or refuses; without one it is declined (RFC 3515 §2.4.2). */
  onRefer(handler: (refer: Refer) => void): void;
  /** Ended by either side. */
  readonly isOver: boolean;
}

/** SipDialog on drachtio-srf's dialog, whose own `modify` hangs after one refused re-INVITE. */
export class DrachtioDialog implements SipDialog {
  readonly sipCallId: string;
  readonly stackDialogId: string;
  remoteSdp: string;
  localSdp: string;
  private ended = false;
  private end?: DialogEnd;
  private byeListener?: (end: DialogEnd) => void;
  private reinviteHandler?: (sdp: string) => Promise<string>;
  /** What the party offered before anybody asked for its offers. */
  private earlyOffer?: string;
  private infoHandler?: (contentType: string, body: string) => void;
  private referHandler?: (refer: Refer) => void;
  private refers = 0;
  private modifying: Promise<unknown> = Promise.resolve();
  private readonly acknowledged: Promise<void>;

  /**
   * @param role uac where we sent the INVITE
   * @param onEnded called once, however it ends
   */
  constructor(
    private readonly connection: DrachtioConnection,
    private readonly dialog: StackDialog,
    private readonly role: 'uac' | 'uas',
    private readonly onEnded: (dialog: DrachtioDialog) => void,
  ) {
    this.sipCallId = dialog.sip.callId;
    this.stackDialogId = dialog.id;
    this.remoteSdp = dialog.remote.sdp;
    this.localSdp = dialog.local.sdp;
    this.acknowledged = new Promise((resolve) => dialog.once('ack', () => resolve()));
    dialog.on('ack', (request: StackRequest) => {
      // The ACK of an answer to an INVITE without SDP carries the remote SDP (RFC 3264 §4).
      if (request.body) this.remoteSdp = request.body;
    });
    dialog.on('destroy', (request: StackRequest, reason?: string) =>
      this.ending({
        by: request.source === 'application' ? 'server' : 'remote',
        reason: request.get('reason') ?? reason,
      }),
    );
    dialog.on('modify', (request: StackRequest, reply: StackReply) => void this.onOffer(request, reply));
    dialog.on('update', (request: StackRequest, reply: StackReply) => void this.onOffer(request, reply));
    dialog.on('info', (request: StackRequest, reply: StackReply) => {
      reply.send(200, 'OK', {});
      this.infoHandler?.(request.get('content-type') ?? '', request.body ?? '');
    });
    // A BYE that came in one packet with the answer was heard by nobody.
    if (!dialog.connected) queueMicrotask(() => this.ending({ by: 'remote' }));
    dialog.on('refer', (request: StackRequest, reply: StackReply) => this.referred(request, reply));
  }

  get isOver(): boolean {
    return this.ended;
  }

  /** Whether the other side means this dialog. */
  isNamedBy({ sipCallId, toTag, fromTag }: ReplacedDialog): boolean {
    const { callId, localTag, remoteTag } = this.dialog.sip;
    return callId === sipCallId && localTag === toTag && remoteTag === fromTag;
  }

  /** Resolves when the other side has our 200. @throws SipRejected 408 when the dialog ends before that */
  async whenAcknowledged(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve, reject) => {
      const fail = (reason?: string) => reject(new SipRejected(408, reason ?? 'ended before the ACK'));
      // RFC 3261 §15: a caller ends by BYE only what he has been answered; his ACK was lost or is a packet behind.
      this.onBye(({ by, reason }) => (by === 'remote' ? resolve() : fail(reason)));
      timer = setTimeout(() => {
        void this.bye();
        fail('no ACK');
      }, ACK_WAIT_MS);
    });
    try {
      await Promise.race([this.acknowledged, over]);
    } finally {
      clearTimeout(timer);
      this.byeListener = undefined;
    }
  }

  async bye(headers: Record<string, string> = {}): Promise<boolean> {
    if (!this.finish()) return true;
    try {
      const { status } = await this.connection.request(
        { method: 'BYE', stackDialogId: this.stackDialogId, headers },
        BYE_WAIT_MS,
      );
      return !GONE.includes(status);
    } catch (error) {
      // RFC 3261 §15.1.1: a BYE that fails ends the dialog all the same.
      log('sip').debug(
        { sipCall: callLabel(this.sipCallId), error: messageOf(error) },
        'BYE without an answer',
      );
      return false;
    }
  }

  async isThere(): Promise<boolean> {
    if (this.ended) return false;
    try {
      const { status } = await this.connection.request(
        { method: 'OPTIONS', stackDialogId: this.stackDialogId },
        OPTIONS_WAIT_MS,
      );
      return !GONE.includes(status);
    } catch {
      return false;
    }
  }

  identify({ user, displayName }: Shown): Promise<unknown> {
    const host = parseSipUri(parseNameAddress(this.dialog.local.contact)?.uri ?? '')?.host ?? 'localhost';
    const identity = `${quote(displayName)} <sip:${escapeUser(user)}@${host}>`;
    return this.modify(this.localSdp, { 'P-Asserted-Identity': identity });
  }

  modify(sdp: string, headers: Record<string, string> = {}): Promise<string> {
    const next = this.modifying.then(() => this.reinvite(sdp, headers));
    this.modifying = next.catch(() => undefined);
    return next;
  }

  onBye(listener: (end: DialogEnd) => void): void {
    if (this.end) return listener(this.end);
    this.byeListener = listener;
  }

  onReinvite(handler: (sdp: string) => Promise<string>): void {
    this.reinviteHandler = handler;
    const { earlyOffer } = this;
    this.earlyOffer = undefined;
    if (earlyOffer === undefined) return;
    // Held within milliseconds of the answer: it has its 200 already, what follows from it comes now.
    handler(earlyOffer).then(
      (answer) => (this.localSdp = answer),
      (error: unknown) =>
        log('sip').info({ sipCall: callLabel(this.sipCallId), error: messageOf(error) }, 'an early offer'),
    );
  }

  onInfo(handler: (contentType: string, body: string) => void): void {
    this.infoHandler = handler;
  }

  onRefer(handler: (refer: Refer) => void): void {
    this.referHandler = handler;
  }

  /** The server that held this dialog was lost: ends it there if the server still knows it, and here. */
  serverLost(): void {
    if (this.ended) return;
    const options = { method: 'BYE', stackDialogId: this.stackDialogId };
    this.connection.request(options, BYE_WAIT_MS).catch(() => undefined);
    this.ending({ by: 'server', reason: 'drachtio-server was lost' });
  }

  private async reinvite(sdp: string, headers: Record<string, string>): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      if (this.ended) throw new SipRejected(481);
      const response = await this.connection.request(
        {
          method: 'INVITE',
          stackDialogId: this.stackDialogId,
          body: sdp,
          headers: { Contact: this.dialog.local.contact, 'Content-Type': 'application/sdp', ...headers },
        },
        REINVITE_WAIT_MS,
      );
      if (response.status < 300) {
        this.localSdp = sdp;
        if (response.body) this.remoteSdp = response.body;
        return this.remoteSdp;
      }
      // RFC 3261 §12.2.1.2: these two mean that the dialog is no more.
      if (response.status === 481 || response.status === 408) {
        void this.bye();
        this.tell({ by: 'remote', reason: `${response.status} to a re-INVITE` });
      }
      if (response.status !== 491 || attempt === GLARE_TRIES) {
        throw new SipRejected(response.status, response.reason);
      }
      const [least, most] = GLARE_WAIT_MS[this.role === 'uac' ? 'owner' : 'other'];
      await new Promise((resolve) => setTimeout(resolve, least + Math.random() * (most - least)));
    }
  }

  /** re-INVITE or UPDATE: a new offer, or only a refresh of the session timer. */
  private async onOffer(request: StackRequest, reply: StackReply): Promise<void> {
    const offer = request.body ?? '';
    try {
      if (offer && offer !== this.remoteSdp) {
        if (this.reinviteHandler) this.localSdp = await this.reinviteHandler(offer);
        else this.earlyOffer = offer;
      }
      if (offer) this.remoteSdp = offer;
      reply.send(200, 'OK', {
        body: request.method === 'UPDATE' && !offer ? undefined : this.localSdp,
        headers: {
          Contact: this.dialog.local.contact,
          ...(request.method === 'UPDATE' && !offer ? {} : { 'Content-Type': 'application/sdp' }),
          ...sessionTimerAnswer(request),
        },
      });
    } catch (error) {
      const status = error instanceof AppError && error.sipStatus ? error.sipStatus : 488;
      log('sip').info(
        { sipCall: callLabel(this.sipCallId), status, error: messageOf(error) },
        're-INVITE refused',
      );
      reply.send(status, 'Not Acceptable Here', {});
    }
  }

  private referred(request: StackRequest, reply: StackReply): void {
    const { stackDialogId } = this;
    const refer = new DialogRefer(request, reply, this.dialog.local.contact, this.refers++ === 0, (options) =>
      this.connection.request({ ...options, stackDialogId }, NOTIFY_WAIT_MS),
    );
    if (this.referHandler) this.referHandler(refer);
    else refer.refuse(603);
  }

  private ending(end: DialogEnd): void {
    if (this.finish()) this.tell(end);
  }

  private tell(end: DialogEnd): void {
    this.end = end;
    this.byeListener?.(end);
  }

  private finish(): boolean {
    if (this.ended) return false;
    this.ended = true;
    this.connection.stack.removeDialog(this.dialog);
    this.onEnded(this);
    return true;
  }
}
