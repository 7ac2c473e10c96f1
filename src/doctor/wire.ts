import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const PATIENCE_MS = 4_000;

/** A conversation over TCP: what was said so far is looked at until it answers the question. */
export class Wire {
  private text = '';
  private failure: Error | undefined;
  private look: () => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      this.text += chunk;
      this.look();
    });
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the connection was closed')));
  }

  /** @throws the socket's error, or that nobody answered within 4 s */
  static open({ host, port, tls = false }: { host: string; port: number; tls?: boolean }): Promise<Wire> {
    return new Promise((done, fail) => {
      const socket = tls ? connectTls({ host, port, servername: host }) : connect({ host, port });
      const timer = setTimeout(() => {
        socket.destroy();
        fail(new Error('no answer'));
      }, PATIENCE_MS);
      socket.once('error', (error) => {
        clearTimeout(timer);
        fail(error);
      });
      socket.once(tls ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        done(new Wire(socket));
      });
    });
  }

  /**
   * Says something and takes what `read` makes of the answer.
   * @param read undefined: not complete yet; `rest`: what follows the answer
   * @throws where there is none within 4 s
   */
  async ask<T>(say: string, read: (text: string) => { answer: T; rest: string } | undefined): Promise<T> {
    if (say !== '') this.socket.write(say);
    return new Promise<T>((done, fail) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.look = () => undefined;
        act();
      };
      const timer = setTimeout(() => settle(() => fail(new Error('no answer'))), PATIENCE_MS);
      this.look = () => {
        const found = read(this.text);
        if (found) {
          this.text = found.rest;
          settle(() => done(found.answer));
        } else if (this.failure) {
          const { failure } = this;
          settle(() => fail(failure));
        }
      };
      this.look();
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.look();
  }
}
