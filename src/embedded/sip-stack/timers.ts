/** Every timer of an endpoint, counted, and cleared in one go when it closes. */
export class Timers {
  private readonly running = new Set<NodeJS.Timeout>();

  get count(): number {
    return this.running.size;
  }

  /** @param ms 0 or less: at the next turn of the event loop */
  start(ms: number, then: () => void): Timer {
    const timeout = setTimeout(() => {
      this.running.delete(timeout);
      then();
    }, ms);
    this.running.add(timeout);
    return timeout;
  }

  stop(timer: Timer | undefined): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    this.running.delete(timer);
  }

  stopAll(): void {
    for (const timer of this.running) clearTimeout(timer);
    this.running.clear();
  }
}

export type Timer = NodeJS.Timeout;
