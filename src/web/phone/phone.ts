import { useSyncExternalStore } from 'react';
import { OFF, type PhoneCommand, type PhoneState } from './phone-state.js';

/** Whose browser this is a phone of: the person's id. It is kept until he turns it off or another person does so here. */
const STORED = 'linekeeper.phone';

type Message = { state: PhoneState } | { command: PhoneCommand } | { ask: true };

/**
 * The phone of this browser: one for all its tabs. The tab that holds the lock registers and has the calls; the others show
 * the same and send it what is pressed; when it is closed the next one takes over (Web Locks).
 */
class BrowserPhone {
  private readonly listeners = new Set<() => void>();
  private state = OFF;
  private owner: string | undefined;
  private channel: BroadcastChannel | undefined;
  private leaving: AbortController | undefined;
  private engine: { do(command: PhoneCommand): void } | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = (): PhoneState => this.state;

  /** This tab has the calls: it rings. */
  get leads(): boolean {
    return this.engine !== undefined;
  }

  /** Belongs to a signed-in person until the returned function is called. */
  attach(personId: string): () => void {
    this.owner = personId;
    const follow = ({ key }: StorageEvent) => key === STORED && this.follow();
    window.addEventListener('storage', follow);
    this.follow();
    return () => {
      window.removeEventListener('storage', follow);
      this.owner = undefined;
      this.leave();
    };
  }

  turn(on: boolean): void {
    if (on && this.owner) localStorage.setItem(STORED, this.owner);
    else localStorage.removeItem(STORED);
    this.follow();
  }

  do(command: PhoneCommand): void {
    if (this.engine) this.engine.do(command);
    else this.channel?.postMessage({ command } satisfies Message);
  }

  /** The server is asked to ring this phone for a party: it answers by itself. @returns whether it is on */
  expect(party: string | null): boolean {
    if (this.state.status !== 'ready') return false;
    this.do({ do: 'expect', party });
    return true;
  }

  private follow(): void {
    const isOn = this.owner !== undefined && localStorage.getItem(STORED) === this.owner;
    if (isOn && !this.leaving) this.join(`${STORED}.${this.owner}`);
    if (!isOn) this.leave();
  }

  private join(name: string): void {
    // Only pages by https, and those of this machine, have microphone and locks.
    if (!window.isSecureContext || !navigator.locks) return this.show({ ...OFF, status: 'insecure' });
    const leaving = new AbortController();
    const channel = new BroadcastChannel(name);
    this.leaving = leaving;
    this.channel = channel;
    channel.onmessage = ({ data }: MessageEvent<Message>) => this.hear(data);
    channel.postMessage({ ask: true } satisfies Message);
    this.show({ ...OFF, status: 'connecting' });
    navigator.locks
      .request(name, { signal: leaving.signal }, () => this.lead(channel, leaving.signal))
      .catch(() => undefined); // left before its turn came
  }

  private async lead(channel: BroadcastChannel, signal: AbortSignal): Promise<void> {
    const { SipPhone } = await import('./sip-phone.js');
    if (signal.aborted) return;
    const engine = new SipPhone((state) => {
      this.show(state);
      channel.postMessage({ state } satisfies Message);
    });
    this.engine = engine;
    // What the tab before showed is over.
    this.show({ ...OFF, status: 'connecting' });
    engine.start();
    await new Promise((done) => signal.addEventListener('abort', done));
    engine.stop();
  }

  private hear(message: Message): void {
    if ('state' in message) this.show(message.state);
    else if ('command' in message) this.engine?.do(message.command);
    else if (this.engine) this.channel?.postMessage({ state: this.state } satisfies Message);
  }

  private leave(): void {
    this.leaving?.abort();
    this.leaving = undefined;
    this.channel?.close();
    this.channel = undefined;
    this.engine = undefined;
    this.show(OFF);
  }

  private show(state: PhoneState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

export const phone = new BrowserPhone();

export const usePhone = (): PhoneState => useSyncExternalStore(phone.subscribe, phone.get);
