import {
  AnswerKeeper,
  Dialog,
  SessionTimer,
  sessionExpires,
  type SipFlow,
  type SipMessage,
} from '../sip-stack/index.js';
import type { AdminClient } from './admin-client.js';
import type { ServerDialog } from './dialog-store.js';
import { stackDialogId } from './dialog-store.js';
import { contactOf, tell, type Engine } from './engine.js';

const REASON = {
  noAck: 'SIP;cause=200;text="ACK timeout"',
  expired: 'SIP;cause=200;text="Session timer expired"',
  ackBye: 'SIP;cause=200;text="ACK-BYE due to cancel race condition"',
} as const;

/** What the server does in a dialog by itself: retransmits, refreshes, ends (drachtio's "unsolicited" BYE). */
export class ServerDialogs {
  constructor(private readonly engine: Engine) {}

  open(
    dialog: Dialog,
    details: { role: 'uac' | 'uas'; method: string; client: AdminClient; inviteTransactionId: string },
  ): ServerDialog {
    const initiatorTag = details.role === 'uac' ? dialog.localTag : dialog.remoteTag;
    const entry: ServerDialog = {
      id: stackDialogId(dialog.callId, initiatorTag),
      dialog,
      method: details.method === 'SUBSCRIBE' ? 'SUBSCRIBE' : 'INVITE',
      client: details.client,
      inviteTransactionId: details.inviteTransactionId,
      confirmed: false,
      keeper: undefined,
      reliable: undefined,
      unacked: undefined,
      lastAck: undefined,
      sentInvite: undefined,
      receivedInvite: false,
      byeAfterAck: false,
      sessionTimer: new SessionTimer(this.engine.endpoint.timers, {
        refresh: () => void this.refresh(entry),
        expired: () => this.sayBye(entry, REASON.expired),
      }),
      localSdp: '',
      localContact: contactOf(this.engine, dialog.flow.protocol),
    };
    this.engine.dialogs.add(entry);
    return entry;
  }

  /** RFC 3261 §13.3.1.4: the 2xx again and again until the ACK, then BYE. */
  keepAnswer(
    entry: ServerDialog,
    transaction: { retransmit(response: SipMessage): void },
    response: SipMessage,
  ): void {
    const { timers, values } = this.engine.endpoint;
    entry.keeper?.stop();
    entry.keeper = new AnswerKeeper(timers, values, transaction, response, () =>
      this.sayBye(entry, REASON.noAck),
    );
  }

  /** RFC 4028: after a 2xx of either side. */
  startSessionTimer(entry: ServerDialog, message: SipMessage, weAre: 'uac' | 'uas'): void {
    const granted = sessionExpires(message);
    if (granted === undefined) return;
    entry.sessionTimer.restart(granted.interval, (granted.refresher ?? 'uac') === weAre);
  }

  /** The ACK to the 2xx of our INVITE; a repeated 2xx gets the same one. */
  async acknowledge(entry: ServerDialog, ack: SipMessage): Promise<SipFlow> {
    const target = await entry.dialog.nextHop(this.engine.endpoint);
    entry.lastAck = { message: ack, target };
    entry.unacked = undefined;
    this.engine.endpoint.sendAck(ack, target);
    if (entry.byeAfterAck) this.sayBye(entry, REASON.ackBye);
    return target;
  }

  repeatAck(entry: ServerDialog): void {
    const { lastAck } = entry;
    if (lastAck && entry.unacked === undefined)
      this.engine.endpoint.resendAck(lastAck.message, lastAck.target);
  }

  /** Ends the dialog from here, and tells its application under the name "unsolicited". */
  sayBye(entry: ServerDialog, reason: string): void {
    const bye = entry.dialog.request('BYE', { Reason: reason });
    this.engine.dialogs.remove(entry);
    void this.sendQuietly(entry, bye).then((flow) => {
      if (entry.client) tell(entry.client, bye, flow, 'unsolicited', entry.id, { source: 'application' });
    });
  }

  /** ACK and BYE for a second 2xx, from another fork (RFC 3261 §13.2.2.4). */
  async dismiss(dialog: Dialog, seq: number): Promise<void> {
    const { endpoint } = this.engine;
    try {
      const target = await dialog.nextHop(endpoint);
      endpoint.sendAck(dialog.request('ACK', {}, seq), target);
      await endpoint.ask(dialog.request('BYE'), target);
    } catch {
      // No way to the fork: it will give up for want of an ACK.
    }
  }

  private async sendQuietly(entry: ServerDialog, message: SipMessage): Promise<SipFlow> {
    try {
      const target = await entry.dialog.nextHop(this.engine.endpoint);
      this.engine.endpoint.request(message, target);
      return target;
    } catch {
      return entry.dialog.flow; // no route: the other side is gone, and the dialog with it
    }
  }

  /** RFC 4028 §7.4, by re-INVITE with the description as it stands. */
  private async refresh(entry: ServerDialog): Promise<void> {
    const { endpoint } = this.engine;
    if (entry.sentInvite || entry.receivedInvite) return entry.sessionTimer.restart(20, true);
    const interval = 1800;
    const message = entry.dialog.request('INVITE', {
      Contact: entry.localContact,
      Supported: 'timer',
      'Session-Expires': `${interval};refresher=uac`,
    });
    if (entry.localSdp !== '') {
      message.body = Buffer.from(entry.localSdp);
      message.add('Content-Type', 'application/sdp');
    }
    let target: SipFlow;
    try {
      target = await entry.dialog.nextHop(endpoint);
    } catch {
      return this.sayBye(entry, REASON.expired);
    }
    const transaction = endpoint.request(message, target);
    entry.sentInvite = transaction;
    transaction.onResponse((response) => this.refreshed(entry, message, response));
  }

  private refreshed(entry: ServerDialog, invite: SipMessage, response: SipMessage): void {
    if (response.status < 200) return;
    const first = entry.sentInvite !== undefined;
    entry.sentInvite = undefined;
    if (response.status >= 300) {
      if (response.status === 491) entry.sessionTimer.restart(5, true);
      else if (response.status === 408 || response.status === 481) this.sayBye(entry, REASON.expired);
      return;
    }
    if (!first) return this.repeatAck(entry);
    entry.dialog.refreshTarget(response);
    this.startSessionTimer(entry, response, 'uac');
    const ack = entry.dialog.request('ACK', {}, invite.cseq.number);
    this.acknowledge(entry, ack).catch(() => undefined); // the 2xx comes again
  }
}
