import type { SipParseError, SipSource } from '../sip-stack/index.js';

/** Addresses counted apart at most; the rest is counted together. */
const SOURCES = 1000;

/** Malformed INVITEs by source: answered by the server, told to nobody, but not forgotten. */
export class MalformedCounts {
  private readonly counts = new Map<string, number>();

  count(source: SipSource, error: SipParseError): void {
    if (error.partial?.method !== 'INVITE') return;
    const known = this.counts.has(source.address) || this.counts.size < SOURCES;
    const address = known ? source.address : 'others';
    this.counts.set(address, (this.counts.get(address) ?? 0) + 1);
  }

  get bySource(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }
}
