import { APPLICATIONS } from './applications.js';
import type { Channel } from './channel.js';
import type { Headers } from './esl-event.js';
import type { Order, Run, StopReason } from './run.js';

/** The headers of CHANNEL_EXECUTE and CHANNEL_EXECUTE_COMPLETE. */
export function applicationHeaders(name: string, argument: string, uuid: string, response?: string): Headers {
  return [
    ['Application', name],
    ...(argument === '' ? [] : [['Application-Data', argument] as [string, string]]),
    ...(response === undefined ? [] : [['Application-Response', response] as [string, string]]),
    ['Application-UUID', uuid],
  ];
}

/**
 * What runs on a channel. An order that comes while an application runs is run on top of it, at once; only where that
 * one is locked (event-lock, uuid_broadcast) or deaf (eavesdrop) it waits, as in FreeSWITCH.
 */
export class ApplicationStack {
  private readonly runs: Run[] = [];
  private readonly waiting: Order[] = [];
  /** The last Application-Response. */
  lastResponse = '_none_';

  constructor(private readonly channel: Channel) {}

  get top(): Run | undefined {
    return this.runs[this.runs.length - 1];
  }

  execute(order: Order): void {
    if (!this.channel.isUp) return;
    if (this.isBusy) this.waiting.push(order);
    else this.start(order);
  }

  /** uuid_break. @param all what waits is forgotten too */
  break(all: boolean): void {
    if (all) this.forgetWaiting();
    for (const run of [...this.runs].reverse()) if (!run.deaf) run.stop?.('break');
  }

  /** Ends every application that runs, and forgets what waits. */
  stop(why: StopReason): void {
    this.forgetWaiting();
    for (const run of [...this.runs].reverse()) {
      run.stop?.(why);
      run.finish('_none_');
    }
  }

  private forgetWaiting(): void {
    this.waiting.length = 0;
  }

  private get isBusy(): boolean {
    return this.top !== undefined && (this.top.locked || this.top.deaf === true);
  }

  private start(order: Order): void {
    const { channel } = this;
    const begin = APPLICATIONS[order.application];
    if (!begin) {
      channel.hangup('DESTINATION_OUT_OF_ORDER'); // as FreeSWITCH does with an application it does not know
      return;
    }
    const run: Run & { over: boolean } = {
      ...order,
      over: false,
      finish: (response) => {
        if (run.over) return;
        run.over = true;
        this.finished(run, response);
      },
    };
    this.runs.push(run);
    channel.variables.set('current_application', order.application);
    channel.publish('CHANNEL_EXECUTE', applicationHeaders(order.application, order.argument, order.uuid));
    begin(channel, run);
  }

  private finished(run: Run, response: string): void {
    const { channel } = this;
    this.runs.splice(this.runs.indexOf(run), 1);
    this.lastResponse = response;
    channel.variables.set('current_application_response', response);
    channel.publish(
      'CHANNEL_EXECUTE_COMPLETE',
      applicationHeaders(run.application, run.argument, run.uuid, response),
    );
    while (channel.isUp && !this.isBusy && this.waiting.length > 0) this.start(this.waiting.shift()!);
  }
}
