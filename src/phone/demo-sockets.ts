import { isIPv4 } from 'node:net';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Request } from 'express';
import type { Settings } from '../common/env.js';
import { SETTINGS } from '../common/settings.js';
import { fromOurPages } from '../identity/rights.guard.js';
import { addressOf, refuseUpgrade } from '../identity/web-socket-door.js';
import { DEMO_SIP_PATH, DemoLine } from './demo-line.js';
import { SipRelay } from './sip-relay.js';

const BEAT_MS = 15_000;
/** Newcomers at once; each calls once at a time, and not more often than a person would. */
const MOST = { all: 4, each: 4 };

/** SIP for the page on which a newcomer plays a client. */
@Injectable()
export class DemoSockets {
  private readonly relay: SipRelay;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly http: HttpAdapterHost,
    private readonly line: DemoLine,
    @Inject(SETTINGS) { SIP_WS_URL }: Settings,
  ) {
    this.relay = new SipRelay(SIP_WS_URL, MOST, (message) => line.kindOf(message));
  }

  onApplicationBootstrap(): void {
    const server = this.http.httpAdapter.getHttpServer() as Server;
    server.on('upgrade', (request, socket: Duplex, head) => {
      if (addressOf(request).pathname === DEMO_SIP_PATH) this.receive(request, socket, head);
    });
    this.timer = setInterval(() => this.relay.beat(), BEAT_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
    this.relay.close();
  }

  private receive(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (!this.line.isOpen) return refuseUpgrade(socket, '404 Not Found');
    if (!isOfThisMachine(request) || !fromOurPages(request as Request))
      return refuseUpgrade(socket, '403 Forbidden');
    this.relay.accept(request, socket, head, 'demo');
  }
}

/** A name that another site has pointed here (DNS rebinding) is not ours, though the address is. */
function isOfThisMachine({ headers: { host = '' } }: IncomingMessage): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}
