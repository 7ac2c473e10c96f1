/** Why a running application is told to stop. */
export type StopReason = 'break' | 'bridge' | 'hangup';

/** An order to run an application: sendmsg or uuid_broadcast. */
export interface Order {
  application: string;
  argument: string;
  uuid: string;
  /** event-lock: the orders that follow wait for its end. */
  locked: boolean;
}

/** An application at work on a channel. */
export interface Run extends Order {
  /** Ends it; `response` is the event's Application-Response. Only the first call counts. */
  finish(response: string): void;
  readonly over: boolean;
  /** Set by the application: how it is made to stop. It calls finish(), or is finished with `_none_`. */
  stop?: (reason: StopReason) => void;
  /** Set by the application: neither uuid_break nor another order gets through to it. */
  deaf?: boolean;
}
