import type { Dialog } from './dialog.js';
import type { SipEndpoint } from './endpoint.js';
import type { SipMessage } from './message.js';
import type { SipFlow } from './types.js';

/** ACKs remembered for repeated 2xx; older ones are never asked for again. */
const REMEMBERED = 4;

/** The ACKs to the 2xx of our INVITEs in a dialog, by the CSeq of their INVITE (RFC 3261 §13.2.2.4). */
export class DialogAcks {
  private readonly sent = new Map<number, { message: SipMessage; target: SipFlow }>();

  constructor(
    private readonly endpoint: SipEndpoint,
    private readonly dialog: Dialog,
  ) {}

  send(seq: number, body?: string | Buffer): void {
    const message = this.dialog.request('ACK', {}, seq).setBody(body);
    void this.route(message).then(
      (target) => {
        this.sent.set(seq, { message, target });
        for (const old of this.sent.keys()) if (old < seq - REMEMBERED) this.sent.delete(old);
      },
      () => undefined, // the 2xx comes again, and its user may try again
    );
  }

  repeat(seq: number): void {
    const known = this.sent.get(seq);
    if (known) this.endpoint.resendAck(known.message, known.target);
  }

  private async route(message: SipMessage): Promise<SipFlow> {
    const target = await this.dialog.nextHop(this.endpoint);
    this.endpoint.sendAck(message, target);
    return target;
  }
}
