import { WebSocketInterface, type UA } from 'jssip';

/** A connection that can be given up: a browser notices a dead one only after minutes. */
export class PageSocket extends WebSocketInterface {
  drop(): void {
    this.disconnect();
    (this as unknown as { ondisconnect(error: boolean): void }).ondisconnect(true);
  }
}

interface OptionsHandlers {
  succeeded: () => void;
  failed: (failure: { originator: 'local' | 'remote' | 'system' }) => void;
}

/** The library has it, its typings do not. */
interface SendsOptions {
  sendOptions(target: string, body: undefined, options: { eventHandlers: OptionsHandlers }): void;
}

/**
 * Whether the server still answers by this connection (RFC 3261 §11): whatever it says. Its silence counts after `limitMs`.
 * @param uri of the server
 */
export function answers(ua: UA, uri: string, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), limitMs);
    const end = (answered: boolean) => {
      clearTimeout(timer);
      resolve(answered);
    };
    (ua as unknown as SendsOptions).sendOptions(uri, undefined, {
      eventHandlers: { succeeded: () => end(true), failed: ({ originator }) => end(originator === 'remote') },
    });
  });
}
