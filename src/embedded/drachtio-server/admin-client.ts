import type { Socket } from 'node:net';
import { FrameReader, readFrame, replyFrame, writeFrame, type Frame } from './frames.js';

/** A client that reads more slowly than this is dropped before it costs the server its memory. */
const MAX_UNREAD = 32 * 1024 * 1024;

export interface AdminClientEvents {
  frame(client: AdminClient, frame: Frame): void;
  closed(client: AdminClient): void;
}

/** One connected application. */
export class AdminClient {
  authenticated = false;
  /** Verbs it wants new requests of, in lower case. */
  readonly routes = new Set<string>();
  private readonly reader = new FrameReader();

  constructor(
    private readonly socket: Socket,
    private readonly events: AdminClientEvents,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.received(chunk));
    socket.on('error', () => undefined); // 'close' follows
    socket.once('close', () => events.closed(this));
  }

  get connected(): boolean {
    return !this.socket.destroyed;
  }

  send(frame: string): void {
    if (this.socket.destroyed || !this.socket.writable) return;
    if (this.socket.writableLength > MAX_UNREAD) this.socket.destroy();
    else this.socket.write(writeFrame(frame));
  }

  reply(frame: Frame, text: string): void {
    this.send(replyFrame(frame.id, text));
  }

  /** Says a last word, then closes. */
  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private received(chunk: Buffer): void {
    try {
      for (const text of this.reader.push(chunk)) this.events.frame(this, readFrame(text));
    } catch {
      this.socket.destroy(); // what is no frame can not be resynchronised
    }
  }
}
