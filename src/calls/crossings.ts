import type { LiveCall } from './live-call.js';
import type { WaitingManager } from './waiting-manager.js';

/** Managers who wait for clients whom they call, by client: one who calls in just then meets his. */
export class Crossings {
  private readonly waiting = new Map<string, { call: LiveCall; manager: WaitingManager }>();

  /** @returns call it when the client has answered, or will not */
  wait(call: LiveCall, manager: WaitingManager): () => void {
    const clientId = call.client?.id;
    if (clientId === undefined) return () => undefined;
    const entry = { call, manager };
    this.waiting.set(clientId, entry);
    return () => {
      if (this.waiting.get(clientId) === entry) this.waiting.delete(clientId);
    };
  }

  /**
   * The client calls in. The call out to him is over with this, and his phone rings no more for it.
   * @returns the manager who waits for him: to be joined to `inbound`
   */
  meet(clientId: string, inbound: LiveCall): WaitingManager | undefined {
    const met = this.waiting.get(clientId);
    if (!met || met.call.over.aborted) return undefined;
    this.waiting.delete(clientId);
    met.call.joinedTo = inbound.id;
    met.call.end('joined-inbound');
    return met.manager;
  }
}
