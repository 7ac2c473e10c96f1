import type { SipMessage } from './message.js';
import type { Timer, Timers } from './timers.js';

/** RFC 4028 §4: shorter than this no interval may be. */
export const MIN_SE_S = 90;

export interface SessionExpires {
  /** Seconds. */
  interval: number;
  refresher: 'uac' | 'uas' | undefined;
}

/** Session-Expires of a message, undefined when it is missing or no number. */
export function sessionExpires(message: SipMessage): SessionExpires | undefined {
  const value = message.get('session-expires');
  if (value === undefined) return undefined;
  const interval = Number.parseInt(value, 10);
  if (!(interval > 0)) return undefined;
  const refresher = /;\s*refresher\s*=\s*(uac|uas)/i.exec(value)?.[1]?.toLowerCase();
  return { interval, refresher: refresher as SessionExpires['refresher'] };
}

/** Does the message list this option in Supported or Require? */
export const supports = (message: SipMessage, option: string): boolean =>
  [...message.getAll('supported'), ...message.getAll('require')].some((value) =>
    value.split(',').some((one) => one.trim().toLowerCase() === option),
  );

/** Keeps one dialog's session timer (RFC 4028 §10): refreshes at half the interval, or ends the dialog near its end. */
export class SessionTimer {
  private timer: Timer | undefined;

  constructor(
    private readonly timers: Timers,
    private readonly act: { refresh(): void; expired(): void },
  ) {}

  get running(): boolean {
    return this.timer !== undefined;
  }

  /** Call after each 2xx that carries Session-Expires. */
  restart(interval: number, weRefresh: boolean): void {
    this.stop();
    const seconds = weRefresh ? interval / 2 : interval - Math.min(32, interval / 3);
    this.timer = this.timers.start(seconds * 1000, () => {
      this.timer = undefined;
      if (weRefresh) this.act.refresh();
      else this.act.expired();
    });
  }

  stop(): void {
    this.timers.stop(this.timer);
    this.timer = undefined;
  }
}
