import { log } from './log.js';
import { messageOf } from './app-error.js';

type Listener<T> = (event: T) => void | Promise<void>;

/**
 * Typed events, published after the commit they speak of. A listener that fails is logged and hurts nobody else.
 */
export class TypedEvents<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** @returns a function that takes the listener away again */
  on<K extends keyof Events>(name: K, listener: Listener<Events[K]>): () => void {
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set);
    set.add(listener as Listener<never>);
    return () => set.delete(listener as Listener<never>);
  }

  publish<K extends keyof Events>(name: K, event: Events[K]): void {
    for (const listener of this.listeners.get(name) ?? []) {
      void (async () => (listener as Listener<Events[K]>)(event))().catch((error: unknown) =>
        log('events').error({ event: String(name), error: messageOf(error) }, 'a listener failed'),
      );
    }
  }
}
