import type { SipMessage } from './message.js';
import type { Timers } from './timers.js';
import type { SipFlow, TimerValues } from './types.js';

/** What a transaction needs of the endpoint it belongs to. */
export interface TransactionHost {
  readonly timers: Timers;
  readonly values: TimerValues;
  readonly userAgent: string | undefined;
  /** @param failed called at most once, when the bytes certainly did not go out */
  send(bytes: Buffer, target: SipFlow, failed: (error: Error) => void): void;
}

/** RFC 3261 §17: over these no retransmission is needed, and no time to absorb one. */
export const isReliable = (flow: SipFlow): boolean => flow.protocol !== 'udp';

export type ResponseListener = (response: SipMessage) => void;
