import { randomUUID } from 'node:crypto';
import type { SipFlow } from '../sip-stack/index.js';

/** A length has five digits at most (drachtio-server, client.cpp). */
const MAX_LENGTH_DIGITS = 5;

/** The other side does not speak the protocol. */
export class FrameError extends Error {}

/** Cuts `<bytes>#<frame>` out of a byte stream. */
export class FrameReader {
  private held: Buffer = Buffer.alloc(0);

  /** @throws FrameError when there is no length where one must be */
  push(chunk: Buffer): string[] {
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const frames: string[] = [];
    let at = 0;
    for (;;) {
      const mark = this.held.indexOf(35, at);
      if (mark < 0 || mark - at > MAX_LENGTH_DIGITS) {
        if (mark >= 0 || this.held.length - at > MAX_LENGTH_DIGITS) throw new FrameError('no frame length');
        break;
      }
      const digits = this.held.toString('latin1', at, mark);
      if (!/^\d+$/.test(digits)) throw new FrameError('a frame length that is no number');
      const end = mark + 1 + Number(digits);
      if (end > this.held.length) break;
      frames.push(this.held.toString('utf8', mark + 1, end));
      at = end;
    }
    if (at > 0) this.held = this.held.subarray(at);
    return frames;
  }
}

export const writeFrame = (text: string): string => `${Buffer.byteLength(text)}#${text}`;

/** A frame as it came: the tokens of its first line, and what follows that line. */
export interface Frame {
  id: string;
  kind: string;
  tokens: string[];
  payload: string;
}

export function readFrame(text: string): Frame {
  const end = text.indexOf('\r\n');
  const tokens = (end < 0 ? text : text.slice(0, end)).split('|');
  return { id: tokens[0] ?? '', kind: tokens[1] ?? '', tokens, payload: end < 0 ? '' : text.slice(end + 2) };
}

export type FrameSource = 'network' | 'application';

/** hh:mm:ss.µs, as drachtio-server stamps its messages. */
function timeOfDay(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  const micros = String(now.getMilliseconds() * 1000).padStart(6, '0');
  return `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}.${micros}`;
}

/** `source|bytes|protocol|address|port|time`. WebSocket passes for the stream below it, as in drachtio-server. */
export function metaOf(source: FrameSource, raw: string, flow: SipFlow): string {
  const protocol = flow.protocol === 'ws' ? 'tcp' : flow.protocol === 'wss' ? 'tls' : flow.protocol;
  return `${source}|${Buffer.byteLength(raw)}|${protocol}|${flow.address}|${flow.port}|${timeOfDay()}`;
}

/** A SIP message for a client; `receivedOn` (ip, port) goes with new requests only. */
export function sipFrame(
  meta: string,
  raw: string,
  transactionId: string,
  dialogId: string,
  receivedOn?: { ip: string; port: number },
): string {
  const on = receivedOn ? `${receivedOn.ip}|${receivedOn.port}|` : '';
  return `${randomUUID()}|sip|${meta}|${transactionId}|${dialogId}|${on}\r\n${raw}`;
}

/** The answer to a client's frame. */
export const replyFrame = (to: string, text: string): string => `${randomUUID()}|response|${to}|${text}`;
