import { WebSocket } from 'ws';
import { liveEventSchema, type LiveEvent } from '../../src/contracts/live.js';
import type { System } from './system.js';
import { until } from './until.js';

/** Somebody who watches the live feed. */
export class Watcher {
  readonly events: LiveEvent[] = [];
  /** Everything received, as it came. */
  readonly texts: string[] = [];
  readonly closed: Promise<number>;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.texts.push(data.toString());
      this.events.push(liveEventSchema.parse(JSON.parse(data.toString())));
    });
    this.closed = new Promise((done) => socket.once('close', (code) => done(code)));
    socket.on('error', () => undefined);
  }

  /** @param as a sign-in of the demo; @param after a place to go on from */
  static async open(system: System, as: string, after?: string): Promise<Watcher> {
    const place = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
    const socket = new WebSocket(`${system.web.replace('http', 'ws')}/live${place}`, {
      headers: { authorization: `Bearer ${await system.token(as)}` },
    });
    const watcher = new Watcher(socket);
    await new Promise((done, fail) => socket.once('open', done).once('error', fail));
    return watcher;
  }

  /** The first event so far or to come that fits. */
  async event<T extends LiveEvent['type']>(
    type: T,
    fits: (event: Extract<LiveEvent, { type: T }>) => boolean = () => true,
  ): Promise<Extract<LiveEvent, { type: T }>> {
    const find = () =>
      this.events.find(
        (event): event is Extract<LiveEvent, { type: T }> =>
          event.type === type && fits(event as Extract<LiveEvent, { type: T }>),
      );
    await until(`an event ${type}`, () => find() !== undefined);
    return find()!;
  }

  /** Where the feed stands for this watcher. */
  get place(): string {
    return this.events.at(-1)?.at ?? '';
  }

  close(): void {
    this.socket.terminate();
  }
}
