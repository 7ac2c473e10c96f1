import type { SipMessage } from './message.js';
import type { Timer, Timers } from './timers.js';
import type { TimerValues } from './types.js';

interface Resender {
  retransmit(response: SipMessage): void;
}

/**
 * Sends a response again until the other side acknowledges it: a 2xx to INVITE (RFC 3261 §13.3.1.4, over any
 * transport), or a reliable provisional (RFC 3262 §3, without T2's cap). Gives up after 64*T1.
 */
export class AnswerKeeper {
  private resend: Timer | undefined;
  private readonly limit: Timer;

  constructor(
    private readonly timers: Timers,
    private readonly values: TimerValues,
    private readonly transaction: Resender,
    private readonly response: SipMessage,
    gaveUp: () => void,
  ) {
    this.limit = timers.start(64 * values.t1, () => {
      this.stop();
      gaveUp();
    });
    this.again(values.t1);
  }

  stop(): void {
    this.timers.stop(this.resend);
    this.timers.stop(this.limit);
  }

  private again(ms: number): void {
    const { t2 } = this.values;
    this.resend = this.timers.start(ms, () => {
      this.transaction.retransmit(this.response);
      this.again(this.response.status < 200 ? 2 * ms : Math.min(2 * ms, t2));
    });
  }
}
