import type { SipMessage } from './message.js';

/** A request that ended with something else than 2xx. */
export class SipFailure extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    /** Synthetic for 408 and 503 that the network did not send. */
    readonly response?: SipMessage,
  ) {
    super(`${status} ${reason}`);
    this.name = 'SipFailure';
  }

  static of(response: SipMessage): SipFailure {
    return new SipFailure(response.status, response.reason, response);
  }
}
