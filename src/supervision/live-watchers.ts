import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WebSocketServer, type WebSocket } from 'ws';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { Metrics } from '../common/metrics.js';
import { Identity } from '../identity/identity.js';
import { addressOf, admit, refuseUpgrade } from '../identity/web-socket-door.js';
import { textFor } from './event-log.js';
import { LiveFeed } from './live-feed.js';
import { viewerOf, type Viewer } from './viewer.js';

const PATH = '/live';
const BEAT_MS = 15_000;
/** What may wait for a watcher; one who reads more slowly than that is cut off and may come back. */
const MOST_WAITING_BYTES = 512 * 1024;
/** Of what was missed in a break, so much is told one by one; beyond it a snapshot is shorter. */
const MOST_MISSED_BYTES = MOST_WAITING_BYTES / 2;
/** Sign-ins of whom it is kept how far they saw. */
const KNOWN_SIGN_INS = 5_000;
/** RFC 6455 §7.4.2: codes of our own. */
const CLOSE = { signedOut: 4401, tooSlow: 4408 } as const;

interface Watcher {
  socket: WebSocket;
  token: string;
  viewer: Viewer;
  /** Answered our last ping. */
  alive: boolean;
}

/** The WebSockets at `/live`: each gets what its person may see, as it happens. */
@Injectable()
export class LiveWatchers {
  private readonly watchers = new Set<Watcher>();
  /** By sign-in, the longest unused first: how far its watcher saw the last time, as JSON. */
  private readonly lastViews = new Map<string, string>();
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: 1024, clientTracking: false });
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly http: HttpAdapterHost,
    private readonly feed: LiveFeed,
    private readonly identity: Identity,
    metrics: Metrics,
  ) {
    feed.events.on('entry', (entry) => {
      for (const watcher of this.watchers) this.send(watcher, textFor(watcher.viewer, entry));
    });
    metrics.gauge('live_watchers', 'Watchers of the live feed', () => this.watchers.size);
  }

  onApplicationBootstrap(): void {
    const server = this.http.httpAdapter.getHttpServer() as Server;
    server.on('upgrade', (request, socket: Duplex, head) => {
      if (addressOf(request).pathname === PATH) void this.receive(request, socket, head);
    });
    this.timer = setInterval(() => void this.beat(), BEAT_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
    for (const { socket } of this.watchers) socket.terminate();
  }

  private async receive(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const admitted = await admit(this.identity, request);
      if ('refused' in admitted) return refuseUpgrade(socket, admitted.refused);
      const { token, person } = admitted;
      const viewer = viewerOf(person);
      this.sockets.handleUpgrade(request, socket, head, (open) =>
        this.begin(
          { socket: open, token, viewer, alive: true },
          addressOf(request).searchParams.get('after'),
        ),
      );
    } catch (error) {
      log('supervision').warn({ error: messageOf(error) }, 'a watcher was not let in');
      refuseUpgrade(socket, '503 Service Unavailable');
    }
  }

  private begin(watcher: Watcher, after: string | null): void {
    const { socket, viewer } = watcher;
    socket.on('pong', () => (watcher.alive = true));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.watchers.delete(watcher));
    const missed = after !== null && this.sawAsMuch(watcher) ? this.missedBy(viewer, after) : undefined;
    for (const text of missed ?? [this.snapshotFor(watcher)]) this.send(watcher, text);
    this.keepView(watcher);
    this.watchers.add(watcher);
  }

  /** @returns undefined where that is too long ago, or too much */
  private missedBy(viewer: Viewer, after: string): string[] | undefined {
    const texts = this.feed.since(after)?.flatMap((entry) => textFor(viewer, entry) ?? []);
    const bytes = texts?.reduce((sum, text) => sum + text.length, 0) ?? 0;
    return bytes > MOST_MISSED_BYTES ? undefined : texts;
  }

  /** What somebody may no longer see would stay with him if he were told of changes alone. */
  private sawAsMuch({ token, viewer }: Watcher): boolean {
    return this.lastViews.get(token) === JSON.stringify(viewer);
  }

  private keepView({ token, viewer }: Watcher): void {
    this.lastViews.delete(token);
    this.lastViews.set(token, JSON.stringify(viewer));
    const [oldest] = this.lastViews.keys();
    if (this.lastViews.size > KNOWN_SIGN_INS && oldest !== undefined) this.lastViews.delete(oldest);
  }

  private snapshotFor({ viewer }: Watcher): string {
    return JSON.stringify(this.feed.snapshotFor(viewer));
  }

  private send({ socket }: Watcher, text: string | undefined): void {
    if (text === undefined || socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MOST_WAITING_BYTES) {
      socket.close(CLOSE.tooSlow, 'too slow: connect again');
      socket.terminate();
      return;
    }
    socket.send(text);
  }

  /** Those who are gone without a word are let go; those whose sign-in ended too, or whose rights are others now. */
  private async beat(): Promise<void> {
    const text = JSON.stringify({ type: 'beat', at: this.feed.place });
    for (const watcher of [...this.watchers]) {
      if (!watcher.alive) {
        watcher.socket.terminate();
        continue;
      }
      watcher.alive = false;
      watcher.socket.ping();
      if (await this.stillSignedIn(watcher)) this.send(watcher, text);
      else watcher.socket.close(CLOSE.signedOut, 'sign in again');
    }
  }

  private async stillSignedIn(watcher: Watcher): Promise<boolean> {
    try {
      const person = await this.identity.personOf(watcher.token);
      if (!person) return false;
      const viewer = viewerOf(person);
      if (JSON.stringify(viewer) !== JSON.stringify(watcher.viewer)) {
        watcher.viewer = viewer;
        this.keepView(watcher);
        this.send(watcher, this.snapshotFor(watcher));
      }
      return true;
    } catch {
      return true; // while the database is away nobody is signed out
    }
  }
}
