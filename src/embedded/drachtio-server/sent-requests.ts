import { randomUUID } from 'node:crypto';
import {
  buildResponse,
  newBranch,
  newTag,
  serializeText,
  type ClientTransaction,
  type SipFlow,
  type SipMessage,
} from '../sip-stack/index.js';
import type { AdminClient } from './admin-client.js';
import { stackDialogId } from './dialog-store.js';
import { hostPort, tell, type Engine } from './engine.js';
import { metaOf, type Frame } from './frames.js';

/** A request an application sent, until its final response. */
export interface Sent {
  transactionId: string;
  client: AdminClient;
  request: SipMessage;
  dialogId: string;
  transaction: ClientTransaction | undefined;
  target: SipFlow | undefined;
  cancelled: boolean;
  /** A 2xx has come. */
  answered: boolean;
}

/** The applications' requests under way, by drachtio's transaction id. */
export class SentRequests {
  private readonly sent = new Map<string, Sent>();

  constructor(private readonly engine: Engine) {}

  get size(): number {
    return this.sent.size;
  }

  get(transactionId: string): Sent | undefined {
    return this.sent.get(transactionId);
  }

  forget(sent: Sent): void {
    this.sent.delete(sent.transactionId);
  }

  forgetClient(client: AdminClient): void {
    for (const sent of this.sent.values()) {
      if (sent.client !== client) continue;
      sent.cancelled = true; // a phone must not ring for an application that is gone
      sent.transaction?.cancel();
    }
  }

  remember(client: AdminClient, request: SipMessage, dialogId: string): Sent {
    const transactionId = randomUUID();
    const sent: Sent = {
      transactionId,
      client,
      request,
      dialogId:
        dialogId ||
        (request.method === 'INVITE' || request.method === 'SUBSCRIBE'
          ? stackDialogId(request.callId, request.fromTag)
          : ''),
      transaction: undefined,
      target: undefined,
      cancelled: false,
      answered: false,
    };
    this.sent.set(transactionId, sent);
    return sent;
  }

  launch(sent: Sent, frame: Frame, target: SipFlow, receive: (response: SipMessage) => void): void {
    sent.target = target;
    sent.transaction = this.engine.endpoint.request(sent.request, target);
    sent.transaction.onResponse(receive).onEnd(() => this.forget(sent));
    if (sent.cancelled) sent.transaction.cancel();
    sent.client.reply(frame, echo(sent.request, target, sent.transactionId));
  }

  /** As if the network had said so: 503 for a target that leads nowhere (RFC 3261 §8.1.3.1). */
  unroutable(sent: Sent, frame: Frame): void {
    this.pretend(sent, frame, 503, 'DNS Error');
  }

  /** RFC 3261 §14.1: not while another INVITE is under way in the dialog. */
  refuseGlare(sent: Sent, frame: Frame): void {
    this.pretend(sent, frame, 491);
  }

  private pretend(sent: Sent, frame: Frame, status: number, reason?: string): void {
    const nowhere: SipFlow = { protocol: 'udp', address: '', port: 0 };
    // The application reads what would have gone out.
    sent.request.addFirst('Via', `SIP/2.0/UDP ${hostPort(this.engine, 'udp')};rport;branch=${newBranch()}`);
    if (!sent.request.has('max-forwards')) sent.request.add('Max-Forwards', '70');
    sent.client.reply(frame, echo(sent.request, nowhere, sent.transactionId));
    this.forget(sent);
    tell(
      sent.client,
      buildResponse(sent.request, status, newTag(), { reason }),
      nowhere,
      sent.transactionId,
      sent.dialogId,
    );
  }

  report(sent: Sent, response: SipMessage): void {
    // What no network sent came from nowhere.
    const flow = response.synthetic ? { ...sent.target!, address: '', port: 0 } : sent.target!;
    tell(sent.client, response, flow, sent.transactionId, sent.dialogId);
  }
}

/** What was sent; over UDP the address told is our own, over a connection the far side's, as in drachtio-server. */
export function echo(message: SipMessage, flow: SipFlow, transactionId: string): string {
  const target = flow.protocol === 'udp' && flow.address !== '' ? ownAddress(message, flow) : flow;
  const raw = serializeText(message);
  return `OK|${metaOf('application', raw, target)}|${transactionId}|Msg sent:|\r\n${raw}`;
}

function ownAddress(message: SipMessage, flow: SipFlow): SipFlow {
  const via = message.topVia;
  return via ? { protocol: 'udp', address: via.host, port: via.port ?? 5060 } : flow;
}
