import type { ServerTransaction, SipMessage, Timers } from '../sip-stack/index.js';
import type { AdminClient } from './admin-client.js';
import type { ServerDialog } from './dialog-store.js';

/** A request of the network that an application has been told of and has not finally answered. */
export interface Waiting {
  transaction: ResendingTransaction;
  client: AdminClient;
  entry: ServerDialog | undefined;
  limit: NodeJS.Timeout | undefined;
}

export type ResendingTransaction = ServerTransaction & {
  localTag: string;
  retransmit(response: SipMessage): void;
};

/** An application that has not said a word about a request by then is given up: 408. */
const CLIENT_MS = 64_000;

/** What applications have still to answer. */
export class WaitingRequests {
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly timers: Timers) {}

  get size(): number {
    return this.waiting.size;
  }

  get(transactionId: string): Waiting | undefined {
    return this.waiting.get(transactionId);
  }

  /** Takes one out of the application's hands: it is answered, or answered elsewhere. */
  take(transactionId: string): ResendingTransaction | undefined {
    const held = this.waiting.get(transactionId);
    if (held === undefined) return undefined;
    this.timers.stop(held.limit);
    this.waiting.delete(transactionId);
    if (held.entry && held.transaction.request.method === 'INVITE') held.entry.receivedInvite = false;
    return held.transaction;
  }

  hand(client: AdminClient, transaction: ResendingTransaction, entry: ServerDialog | undefined): void {
    const limit = this.timers.start(CLIENT_MS, () => this.take(transaction.id)?.respond(408));
    this.waiting.set(transaction.id, { transaction, client, entry, limit });
    transaction.onEnd(() => void this.take(transaction.id));
  }

  /** The application has said something: it may take its time with the rest. */
  heard(held: Waiting): void {
    this.timers.stop(held.limit);
    held.limit = undefined;
  }

  /**
   * Who rings for an application that is gone would ring for ever: 503. An INVITE it has not said a word about may not
   * be written down anywhere: as from drachtio-server, there is no answer to it but the 100.
   */
  forgetClient(client: AdminClient): void {
    for (const [id, { client: whose, limit, entry, transaction }] of this.waiting) {
      const isUnspoken = limit !== undefined && !entry && transaction.request.method === 'INVITE';
      if (whose === client && !isUnspoken) this.take(id)?.respond(503, { headers: { 'Retry-After': '5' } });
    }
  }

  close(): void {
    for (const id of this.waiting.keys()) this.take(id);
  }
}
