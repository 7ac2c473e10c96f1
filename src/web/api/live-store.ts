import type { LiveCallView, LiveEvent, LiveExtensionView } from '../../contracts/live.js';

export interface Live {
  /** Whether the feed moves; false while it is being found again. */
  connected: boolean;
  calls: readonly LiveCallView[];
  extensions: readonly LiveExtensionView[];
}

const NOTHING: Live = { connected: false, calls: [], extensions: [] };

/**
 * What goes on now, as the feed tells it. However many events come, listeners hear of them once a frame, and what did
 * not change is the same object as before.
 */
export class LiveStore {
  private readonly calls = new Map<string, LiveCallView>();
  private readonly extensions = new Map<string, LiveExtensionView>();
  private readonly listeners = new Set<() => void>();
  private current = NOTHING;
  private connected = false;
  private waiting = false;
  /** Where the feed stands, to be asked on from there. */
  place: string | undefined;

  /** @param later runs something once, soon: the next frame in a browser */
  constructor(private readonly later: (run: () => void) => void) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): Live => this.current;

  take(event: LiveEvent): void {
    this.place = event.at;
    switch (event.type) {
      case 'snapshot':
        this.calls.clear();
        this.extensions.clear();
        for (const call of event.calls) this.calls.set(call.id, call);
        for (const extension of event.extensions) this.extensions.set(extension.id, extension);
        break;
      case 'call':
        this.calls.set(event.call.id, event.call);
        break;
      case 'call-gone':
        this.calls.delete(event.id);
        break;
      case 'extension':
        this.extensions.set(event.extension.id, event.extension);
        break;
      case 'beat':
        return;
    }
    this.tell();
  }

  connect(connected: boolean): void {
    if (connected === this.connected) return;
    this.connected = connected;
    this.tell();
  }

  /** For the next person who signs in here. */
  forget(): void {
    this.calls.clear();
    this.extensions.clear();
    this.place = undefined;
    this.connected = false;
    this.tell();
  }

  private tell(): void {
    if (this.waiting) return;
    this.waiting = true;
    this.later(() => {
      this.waiting = false;
      this.current = {
        connected: this.connected,
        // Ids are ordered by time.
        calls: [...this.calls.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
        extensions: [...this.extensions.values()].sort((a, b) => (a.number < b.number ? -1 : 1)),
      };
      for (const listener of this.listeners) listener();
    });
  }
}
