/**
 * Even UDP ports for RTP, the odd one above for RTCP (RFC 3550 §11). A freed port rests at the end of the queue, so
 * that a late packet of the last call does not fall into the next one.
 */
export class PortPool {
  private readonly free: number[] = [];
  private readonly taken = new Set<number>();

  /** @param first @param last both within the range, inclusive */
  constructor(first: number, last: number) {
    for (let port = first + (first % 2); port + 1 <= last; port += 2) this.free.push(port);
  }

  get inUse(): number {
    return this.taken.size;
  }

  /** @returns undefined when every port is taken */
  take(): number | undefined {
    const port = this.free.shift();
    if (port !== undefined) this.taken.add(port);
    return port;
  }

  release(port: number): void {
    if (this.taken.delete(port)) this.free.push(port);
  }
}
