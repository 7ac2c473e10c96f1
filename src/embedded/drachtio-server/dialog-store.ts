import {
  AnswerKeeper,
  Dialog,
  dialogId,
  SessionTimer,
  SipMessage,
  type ClientTransaction,
  type SipFlow,
} from '../sip-stack/index.js';
import type { AdminClient } from './admin-client.js';

/** The name drachtio gives a dialog. */
export const stackDialogId = (callId: string, initiatorTag: string): string =>
  `${callId};from-tag=${initiatorTag}`;

/** A dialog the server keeps on behalf of an application. */
export interface ServerDialog {
  /** drachtio's name for it. */
  readonly id: string;
  readonly dialog: Dialog;
  readonly method: 'INVITE' | 'SUBSCRIBE';
  /** The application that takes its requests; undefined once that has gone. */
  client: AdminClient | undefined;
  /** The transaction of the first INVITE, which ACK and PRACK are told under. */
  inviteTransactionId: string;
  confirmed: boolean;
  /** Sends the 2xx of an incoming INVITE again until its ACK; at most one at a time. */
  keeper: AnswerKeeper | undefined;
  /** The same for a reliable provisional until its PRACK. */
  reliable: { keeper: AnswerKeeper; rseq: number } | undefined;
  /** CSeq of our INVITE whose 2xx still waits for the application's ACK. */
  unacked: number | undefined;
  lastAck: { message: SipMessage; target: SipFlow } | undefined;
  /** Our INVITE in the dialog, until its final response. */
  sentInvite: ClientTransaction | undefined;
  /** Their INVITE in the dialog, until our final response. */
  receivedInvite: boolean;
  /** A 2xx that crossed the CANCEL: BYE follows the ACK. */
  byeAfterAck: boolean;
  sessionTimer: SessionTimer;
  /** What was described last, for a refresh by re-INVITE. */
  localSdp: string;
  localContact: string;
}

/** s until a dialog that no application takes on again is ended. */
const ORPHAN_S = 8 * 3600;

/** The dialogs, found by drachtio's name or by what the network knows of them. */
export class DialogStore {
  private readonly byStackId = new Map<string, ServerDialog>();
  private readonly byTags = new Map<string, ServerDialog>();

  get size(): number {
    return this.byTags.size;
  }

  add(entry: ServerDialog): void {
    this.byStackId.set(entry.id, entry);
    this.byTags.set(entry.dialog.id, entry);
  }

  get(id: string): ServerDialog | undefined {
    return this.byStackId.get(id);
  }

  /** The dialog a request of the network belongs to. */
  of(request: SipMessage): ServerDialog | undefined {
    return this.byTags.get(dialogId(request.callId, request.toTag, request.fromTag));
  }

  byCallId(callId: string): ServerDialog | undefined {
    const prefix = `${callId};from-tag=`;
    for (const [id, entry] of this.byStackId) if (id.startsWith(prefix)) return entry;
    return undefined;
  }

  remove(entry: ServerDialog): void {
    entry.keeper?.stop();
    entry.reliable?.keeper.stop();
    entry.keeper = undefined;
    entry.reliable = undefined;
    entry.sessionTimer.stop();
    if (this.byStackId.get(entry.id) === entry) this.byStackId.delete(entry.id);
    this.byTags.delete(entry.dialog.id);
  }

  /** They go on without their application, until a BYE, the session timer, or the longest a call may take. */
  forgetClient(client: AdminClient): void {
    for (const entry of this.byTags.values()) {
      if (entry.client !== client) continue;
      entry.client = undefined;
      if (!entry.sessionTimer.running) entry.sessionTimer.restart(ORPHAN_S, false);
    }
  }

  removeAll(): void {
    for (const entry of [...this.byTags.values()]) this.remove(entry);
  }
}
