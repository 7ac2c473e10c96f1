import { TypedEvents } from '../common/typed-events.js';
import { EslConnection } from './esl-connection.js';

/**
 * A connection is one thread in FreeSWITCH, which carries out one order after the other and, where the machine is busy,
 * gets no more of it than the thread of a leg does: with one alone, 18 calls a second had their parties joined seconds late.
 */
export const ESL_CONNECTIONS = 4;

/** The connections to one FreeSWITCH, which is up while any of them is: the loss of one alone is no loss of the server. */
export class EslConnections {
  readonly events = new TypedEvents<{
    /** The first one is. */
    up: undefined;
    /** The last one is lost. */
    down: undefined;
    /** After `down`: nobody listens on the port. */
    dead: undefined;
  }>();
  private readonly all: readonly EslConnection[];
  private last = 0;

  constructor(host: string, port: number, password: string) {
    this.all = Array.from({ length: ESL_CONNECTIONS }, () => new EslConnection(host, port, password));
    for (const { events } of this.all) {
      events.on('up', () => {
        if (this.up.length === 1) this.events.publish('up', undefined);
      });
      events.on('down', () => {
        if (!this.isUp) this.events.publish('down', undefined);
      });
      events.on('dead', () => {
        if (!this.isUp) this.events.publish('dead', undefined);
      });
    }
  }

  private get up(): readonly EslConnection[] {
    return this.all.filter(({ isUp }) => isUp);
  }

  get isUp(): boolean {
    return this.up.length > 0;
  }

  /** For orders that belong to no leg. */
  get first(): EslConnection {
    return this.up[0] ?? this.all[0]!;
  }

  /** Of those that are up, one with the fewest orders on their way; among equals, another one each time. */
  leastBusy(): EslConnection {
    this.last += 1;
    const inTurn = this.all.map((_, i) => this.all[(this.last + i) % ESL_CONNECTIONS]!);
    const up = inTurn.filter(({ isUp }) => isUp);
    return (up.length > 0 ? up : inTurn).reduce((best, one) => (one.waiting < best.waiting ? one : best));
  }

  /** Connects all; afterwards they keep themselves up. @throws AppError when one is refused */
  async connect(): Promise<void> {
    await Promise.all(this.all.map((esl) => esl.connect()));
  }

  /** Gives them up; connect() may be tried again. */
  disconnect(): void {
    for (const esl of this.all) esl.disconnect();
  }

  /** For good. */
  close(): void {
    for (const esl of this.all) esl.close();
  }
}
