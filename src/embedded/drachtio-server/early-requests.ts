import type { SipMessage } from '../sip-stack/index.js';
import type { ResendingTransaction } from './waiting-requests.js';

/** A request that came before any application asked for its method. */
interface Early {
  request: SipMessage;
  transaction: ResendingTransaction;
  /** Taken back while it waited. */
  cancel?: SipMessage;
}

const MOST_HELD = 1_000;

/**
 * What comes between the server's start and its first application's: where both start together, a call waits for
 * those seconds with its 100, instead of being turned away by a server that cannot write it down.
 */
export class EarlyRequests {
  private readonly held: Early[] = [];
  private readonly routed = new Set<string>();

  /** @param isOn false: nothing is held, as drachtio-server has it */
  constructor(private readonly isOn: boolean) {}

  /** @returns whether it is held; otherwise it is to be answered now */
  hold(request: SipMessage, transaction: ResendingTransaction): boolean {
    const isEarly = this.isOn && !this.routed.has(request.method.toLowerCase());
    if (!isEarly || this.held.length >= MOST_HELD) return false;
    const early: Early = { request, transaction };
    transaction.onCancel((cancel) => (early.cancel ??= cancel));
    this.held.push(early);
    return true;
  }

  /** The first application asks for this method. @returns what waited for it, in its order */
  release(verb: string): Early[] {
    this.routed.add(verb);
    const released = this.held.filter(({ request }) => request.method.toLowerCase() === verb);
    for (const early of released) this.held.splice(this.held.indexOf(early), 1);
    return released;
  }
}
