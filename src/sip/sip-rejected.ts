import { causeOfStatus, reasonOfStatus } from './status-tables.js';

/** An INVITE that ended without a dialog: what the other side answered, or what we concluded in its place. */
export class SipRejected extends Error {
  /** ITU-T Q.850. */
  override readonly cause: number;
  readonly reason: string;

  constructor(
    readonly status: number,
    reason?: string,
    cause?: number,
    /** What the other side says about it: its Warning and Reason headers. */
    readonly explanation = '',
  ) {
    const text = reason || reasonOfStatus(status);
    super(`${status} ${text}`);
    this.name = 'SipRejected';
    this.reason = text;
    this.cause = cause ?? causeOfStatus(status);
  }
}
