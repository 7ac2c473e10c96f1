import type { Channel, ChannelRegistry } from './channel.js';

/** The channels alive, and what `status` counts of them. */
export class Channels implements ChannelRegistry {
  private readonly byUuid = new Map<string, Channel>();
  private readonly recent: number[] = [];
  sinceStart = 0;
  peak = 0;

  constructor(public limit: number) {}

  get size(): number {
    return this.byUuid.size;
  }

  get isFull(): boolean {
    return this.byUuid.size >= this.limit;
  }

  get(uuid: string): Channel | undefined {
    return this.byUuid.get(uuid);
  }

  add(channel: Channel): void {
    this.byUuid.set(channel.uuid, channel);
    this.sinceStart += 1;
    this.peak = Math.max(this.peak, this.byUuid.size);
    this.recent.push(Date.now());
    this.forgetOld();
  }

  delete(channel: Channel): void {
    if (this.byUuid.get(channel.uuid) === channel) this.byUuid.delete(channel.uuid);
  }

  /** New channels in the last second. */
  get perSecond(): number {
    this.forgetOld();
    return this.recent.length;
  }

  /** Bridges: two channels each. */
  get bridges(): number {
    return [...this].filter((channel) => channel.peer && channel.isBridgeOwner).length;
  }

  [Symbol.iterator](): Iterator<Channel> {
    return this.byUuid.values();
  }

  private forgetOld(): void {
    const since = Date.now() - 1000;
    while (this.recent[0] !== undefined && this.recent[0] < since) this.recent.shift();
  }
}
