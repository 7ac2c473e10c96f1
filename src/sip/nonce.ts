import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { clock } from '../common/clock.js';

const LIFETIME_MS = 300_000;
/** How far the clocks of two control planes may be apart. */
const SKEW_MS = 10_000;
const MAX_USED = 50_000;
const STAMP_BYTES = 6;
const RANDOM_BYTES = 10;
const MAC_BYTES = 16;

/**
 * Nonces that carry their own time and signature (RFC 7616 §3.3 suggests it), so that a flood of unanswered
 * challenges costs no memory. Only nonces that were used with the right password are remembered, for nc.
 *
 * Control planes with the same key take each other's nonces, since drachtio-server hands requests round. Each counts
 * nc by itself and since its start: an answer that somebody copied could be sent once more to each of the others, within
 * the nonce's life.
 */
export class Nonces {
  private readonly counts = new Map<string, number>();
  /** Nonces of this time and before are stale: what was used with them is forgotten. */
  private floor = 0;

  /**
   * @param key 32 bytes
   * @param maxUsed how many used nonces are remembered
   */
  constructor(
    public key: Buffer,
    private readonly maxUsed = MAX_USED,
  ) {}

  issue(): string {
    const stamp = Buffer.alloc(STAMP_BYTES);
    stamp.writeUIntBE(clock.now(), 0, STAMP_BYTES);
    const body = Buffer.concat([stamp, randomBytes(RANDOM_BYTES)]);
    return Buffer.concat([body, this.sign(body)]).toString('base64url');
  }

  /**
   * Uses a nonce once more. Call it only when the digest over it is right.
   * @param nc hexadecimal count of uses, as the client sent it
   * @returns false for one that is not ours, too old, or whose count was seen: the challenge is then stale
   */
  use(nonce: string, nc: string): boolean {
    const issuedAt = this.issuedAt(nonce);
    const count = Number.parseInt(nc, 16);
    if (issuedAt === undefined || issuedAt <= this.floor || !(count > 0)) return false;
    const age = clock.now() - issuedAt;
    if (age < -SKEW_MS || age > LIFETIME_MS || count <= (this.counts.get(nonce) ?? 0)) return false;
    this.counts.delete(nonce);
    this.counts.set(nonce, count);
    if (this.counts.size > this.maxUsed) this.forget();
    return true;
  }

  /** Drops what has expired, and past the limit the oldest too: its nonce is refused from then on. */
  private forget(): void {
    const expired = clock.now() - LIFETIME_MS;
    const excess = this.counts.size - this.maxUsed * 0.9;
    const oldestFirst = [...this.counts.keys()].map((nonce) => [this.issuedAt(nonce) ?? 0, nonce] as const);
    oldestFirst.sort(([a], [b]) => a - b);
    oldestFirst.forEach(([issuedAt, nonce], index) => {
      if (issuedAt > expired && index >= excess) return;
      this.counts.delete(nonce);
      this.floor = Math.max(this.floor, issuedAt);
    });
  }

  private issuedAt(nonce: string): number | undefined {
    const raw = Buffer.from(nonce, 'base64url');
    if (raw.length !== STAMP_BYTES + RANDOM_BYTES + MAC_BYTES) return undefined;
    const body = raw.subarray(0, STAMP_BYTES + RANDOM_BYTES);
    if (!timingSafeEqual(raw.subarray(body.length), this.sign(body))) return undefined;
    return body.readUIntBE(0, STAMP_BYTES);
  }

  private sign(body: Buffer): Buffer {
    return createHmac('sha256', this.key).update(body).digest().subarray(0, MAC_BYTES);
  }
}
