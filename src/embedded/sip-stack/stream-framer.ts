import { contentLength } from './parser.js';

const HEAD_END = Buffer.from('\r\n\r\n');
const EMPTY = Buffer.alloc(0);

export interface FramerEvents {
  /** One whole message. */
  message(bytes: Buffer): void;
  /** A double CRLF between messages: the other side wants a CRLF back (RFC 5626 §4.4.1). */
  ping(): void;
  /** The stream can not be cut any more: answer with `head` if that is possible, then close. */
  broken(head: Buffer, why: string): void;
}

/** Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3), within a bound. */
export class StreamFramer {
  private held: Buffer = EMPTY;
  /** Bytes the whole message needs, once its headers are known. */
  private needed = 0;
  private dead = false;

  constructor(
    private readonly maxBytes: number,
    private readonly events: FramerEvents,
  ) {}

  push(chunk: Buffer): void {
    if (this.dead) return;
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    while (!this.dead && this.cutOne());
  }

  private cutOne(): boolean {
    if (this.needed === 0 && !this.skipKeepAlives()) return false;
    if (this.needed === 0) {
      const end = this.held.indexOf(HEAD_END);
      if (end < 0) {
        if (this.held.length > this.maxBytes)
          this.fail(this.held.subarray(0, this.maxBytes), 'headers too long');
        return false;
      }
      const length = lengthIn(this.held.toString('latin1', 0, end + 2));
      if (length === undefined) {
        this.fail(this.held.subarray(0, end + 4), 'Content-Length is missing or wrong');
        return false;
      }
      this.needed = end + 4 + length;
      if (this.needed > this.maxBytes) {
        this.fail(this.held.subarray(0, end + 4), 'message too long');
        return false;
      }
    }
    if (this.held.length < this.needed) return false;
    const message = this.held.subarray(0, this.needed);
    this.held = this.held.length === this.needed ? EMPTY : this.held.subarray(this.needed);
    this.needed = 0;
    this.events.message(message);
    return this.held.length > 0;
  }

  /** Drops CRLFs between messages; false while nothing else is there. */
  private skipKeepAlives(): boolean {
    let at = 0;
    while (this.held[at] === 13 && this.held[at + 1] === 10) at += 2;
    for (let pings = at >> 2; pings > 0; pings--) this.events.ping();
    if (at > 0) this.held = this.held.subarray(at);
    return this.held.length > 0;
  }

  private fail(head: Buffer, why: string): void {
    this.dead = true;
    this.held = EMPTY;
    this.events.broken(head, why);
  }
}

/** Content-Length (or `l`) in a header block; undefined when it is missing, doubled or no number. */
function lengthIn(head: string): number | undefined {
  const found = [...head.matchAll(/\r\n(?:content-length|l)[ \t]*:[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)/gi)];
  return found.length === 1 ? contentLength(found[0]![1]!) : undefined;
}
