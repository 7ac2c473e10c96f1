import { clock } from '../../common/clock.js';
import type { EndpointLimits } from './types.js';

interface SourceRecord {
  connections: number;
  transactions: number;
  garbage: number;
  garbageSince: number;
}

/** Addresses remembered at most; the oldest idle one goes first. */
const REMEMBERED = 4096;

/** What one address may hold and do at once, so that a flood from it grows no memory and starves nobody. */
export class SourceGuard {
  private readonly sources = new Map<string, SourceRecord>();
  private connections = 0;
  private transactions = 0;
  /** Messages dropped and connections refused since the start. */
  refused = 0;

  constructor(private readonly limits: EndpointLimits) {}

  get connectionCount(): number {
    return this.connections;
  }

  /** May another connection of this address be kept? Then it is counted until connectionClosed(). */
  admitConnection(address: string): boolean {
    const source = this.recordOf(address);
    if (
      this.connections >= this.limits.connections ||
      source.connections >= this.limits.connectionsPerSource
    ) {
      this.refused++;
      return false;
    }
    this.connections++;
    source.connections++;
    return true;
  }

  connectionClosed(address: string): void {
    this.connections--;
    this.recordOf(address).connections--;
  }

  /** May another transaction of this address be opened? Then it is counted until transactionDone(). */
  admitTransaction(address: string): boolean {
    const source = this.recordOf(address);
    if (
      this.transactions >= this.limits.transactions ||
      source.transactions >= this.limits.transactionsPerSource
    ) {
      this.refused++;
      return false;
    }
    this.transactions++;
    source.transactions++;
    return true;
  }

  transactionDone(address: string): void {
    this.transactions--;
    this.recordOf(address).transactions--;
  }

  /** Has this address sent so much garbage within the second that the rest is not looked at? */
  isMuted(address: string): boolean {
    const source = this.sources.get(address);
    if (source === undefined || source.garbage < this.limits.garbagePerSecond) return false;
    if (clock.monotonic() - source.garbageSince >= 1000) return false;
    this.refused++;
    return true;
  }

  garbage(address: string): void {
    const source = this.recordOf(address);
    const now = clock.monotonic();
    if (now - source.garbageSince >= 1000) {
      source.garbage = 0;
      source.garbageSince = now;
    }
    source.garbage++;
  }

  private recordOf(address: string): SourceRecord {
    let source = this.sources.get(address);
    if (source === undefined) {
      if (this.sources.size >= REMEMBERED) this.forgetIdle();
      source = { connections: 0, transactions: 0, garbage: 0, garbageSince: 0 };
      this.sources.set(address, source);
    }
    return source;
  }

  private forgetIdle(): void {
    for (const [address, source] of this.sources)
      if (source.connections === 0 && source.transactions === 0) this.sources.delete(address);
  }
}
