import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { messageOf } from '../common/app-error.js';
import type { Settings } from '../common/env.js';
import { log } from '../common/log.js';
import { Metrics } from '../common/metrics.js';
import { SETTINGS } from '../common/settings.js';
import { Identity } from '../identity/identity.js';
import { addressOf, admit, refuseUpgrade } from '../identity/web-socket-door.js';
import { Location } from '../sip/location.js';
import { SipRelay } from './sip-relay.js';

/** Where pages speak SIP. */
export const SIP_PATH = '/sip';
const BEAT_MS = 15_000;
const MOST = { all: 2_000, each: 10 };

/** The WebSockets at `/sip`: SIP for the pages of people who are signed in, as long as they are. */
@Injectable()
export class PhoneSockets {
  private readonly relay: SipRelay;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly http: HttpAdapterHost,
    private readonly identity: Identity,
    @Inject(SETTINGS) { SIP_WS_URL }: Settings,
    location: Location,
    metrics: Metrics,
  ) {
    this.relay = new SipRelay(SIP_WS_URL, MOST, undefined, (source) => location.webSocketClosed(source));
    metrics.gauge('phone_sockets', 'Pages that speak SIP', () => this.relay.open.size);
  }

  onApplicationBootstrap(): void {
    const server = this.http.httpAdapter.getHttpServer() as Server;
    server.on('upgrade', (request, socket: Duplex, head) => {
      if (addressOf(request).pathname === SIP_PATH) void this.receive(request, socket, head);
    });
    this.timer = setInterval(() => void this.beat(), BEAT_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
    this.relay.close();
  }

  private async receive(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const admitted = await admit(this.identity, request);
      if ('refused' in admitted) return refuseUpgrade(socket, admitted.refused);
      if (!admitted.person.extension) return refuseUpgrade(socket, '403 Forbidden');
      this.relay.accept(request, socket, head, admitted.token);
    } catch (error) {
      log('phone').warn({ error: messageOf(error) }, 'a page was not let in');
      refuseUpgrade(socket, '503 Service Unavailable');
    }
  }

  /** Whose sign-in has ended is let go. */
  private async beat(): Promise<void> {
    this.relay.beat();
    for (const one of [...this.relay.open]) {
      if (!(await this.stillSignedIn(one.owner))) this.relay.signedOut(one);
    }
  }

  private async stillSignedIn(token: string): Promise<boolean> {
    try {
      return Boolean((await this.identity.personOf(token))?.extension);
    } catch {
      return true; // while the database is away nobody is signed out
    }
  }
}
