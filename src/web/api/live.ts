import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { LiveEvent, LiveExtensionView } from '../../contracts/live.js';
import { API } from './endpoints.js';
import { LiveStore, type Live } from './live-store.js';
import { signedOut } from './request.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** The feed beats every 15 s (contracts/live.ts); silence for two of them is a dead connection. */
const SILENCE_MS = 35_000;
/** Lists are asked for again after a call has changed; many changes at once ask once. */
const SETTLE_MS = 400;
/** The server's own: nobody is signed in. */
const SIGNED_OUT = 4401;

const store = new LiveStore((run) => requestAnimationFrame(run));

/** What goes on now. */
export const useLive = (): Live => useSyncExternalStore(store.subscribe, store.get);

/** One extension as it is now; undefined where the feed does not tell of it. */
export const useLiveExtension = (id: string | undefined): LiveExtensionView | undefined =>
  useSyncExternalStore(store.subscribe, () => store.get().extensions.find((one) => one.id === id));

/** The time, every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Keeps the feed connected as long as the component stands; lists follow it. */
export function useLiveFeed(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const feed = new Feed(queries);
    feed.open();
    const wake = () => feed.hurry();
    window.addEventListener('online', wake);
    document.addEventListener('visibilitychange', wake);
    return () => {
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      feed.close();
    };
  }, [queries]);
}

class Feed {
  private socket: WebSocket | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private settling: ReturnType<typeof setTimeout> | undefined;
  private waitMs = FIRST_WAIT_MS;
  private closed = false;

  constructor(private readonly queries: QueryClient) {}

  open(): void {
    const after = store.place === undefined ? '' : `?after=${encodeURIComponent(store.place)}`;
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/live${after}`);
    this.socket = socket;
    socket.onopen = () => {
      this.waitMs = FIRST_WAIT_MS;
      store.connect(true);
      this.listen();
    };
    socket.onmessage = ({ data }) => this.take(JSON.parse(String(data)) as LiveEvent);
    socket.onclose = ({ code }) => {
      if (this.closed || socket !== this.socket) return;
      store.connect(false);
      if (code === SIGNED_OUT) signedOut.dispatchEvent(new Event('signed-out'));
      else this.timer = setTimeout(() => this.open(), this.waitMs);
      this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
    };
  }

  /** After sleep or a lost network: now, not when the wait is over. */
  hurry(): void {
    if (this.closed || this.socket?.readyState === WebSocket.OPEN) return;
    if (this.socket?.readyState === WebSocket.CONNECTING) return;
    clearTimeout(this.timer);
    this.waitMs = FIRST_WAIT_MS;
    this.open();
  }

  close(): void {
    this.closed = true;
    for (const timer of [this.timer, this.silence, this.settling]) clearTimeout(timer);
    this.socket?.close();
    store.forget();
  }

  private take(event: LiveEvent): void {
    this.listen();
    store.take(event);
    if (event.type === 'beat' || event.type === 'extension' || this.settling) return;
    this.settling = setTimeout(() => {
      this.settling = undefined;
      for (const { path } of [API.calls, API.followUps, API.recordings]) {
        void this.queries.invalidateQueries({ queryKey: [path] });
      }
    }, SETTLE_MS);
  }

  private listen(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.socket?.close(), SILENCE_MS);
  }
}
