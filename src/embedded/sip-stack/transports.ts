import type { SourceGuard } from './source-guard.js';
import type { Timers } from './timers.js';
import type { Transport, TransportEvents } from './transport.js';
import { StreamTransport } from './transport-stream.js';
import { UdpTransport } from './transport-udp.js';
import { WsTransport } from './transport-ws.js';
import type { EndpointLimits, ListenOptions, SipFlow, SipProtocol } from './types.js';

export interface TransportShared {
  guard: SourceGuard;
  timers: Timers;
  limits: EndpointLimits;
  /** May ws: targets be dialled? */
  dial: boolean;
}

/** All listening addresses of an endpoint; picks the one a message leaves by. */
export class Transports {
  private readonly all: Transport[] = [];

  constructor(
    private readonly shared: TransportShared,
    private readonly events: TransportEvents,
  ) {}

  async listen(options: ListenOptions): Promise<Transport> {
    const transport = await this.open(options);
    this.all.push(transport);
    return transport;
  }

  /**
   * UDP and TCP on one port (RFC 3261 §18.2.1 wants both). With port 0 it looks for one that is free for both.
   * @throws the socket's error, EADDRINUSE for one
   */
  async listenUdpAndTcp(ip: string, port: number): Promise<number> {
    for (let tries = port === 0 ? 20 : 1; ; tries--) {
      const tcp = await this.open({ protocol: 'tcp', ip, port });
      try {
        this.all.push(await this.open({ protocol: 'udp', ip, port: tcp.port }), tcp);
        return tcp.port;
      } catch (error) {
        await tcp.close();
        if (tries <= 1) throw error;
      }
    }
  }

  /** The listening address messages to this protocol leave by. */
  local(protocol: SipProtocol): Transport | undefined {
    return this.all.find((transport) => transport.protocol === protocol);
  }

  get listening(): readonly Transport[] {
    return this.all;
  }

  reaches(target: SipFlow): boolean {
    return this.all.some((transport) => transport.protocol === target.protocol && transport.reaches(target));
  }

  send(bytes: Buffer, target: SipFlow, failed: (error: Error) => void): void {
    let chosen: Transport | undefined;
    for (const transport of this.all) {
      if (transport.protocol !== target.protocol) continue;
      chosen ??= transport;
      if (transport.reaches(target)) {
        chosen = transport;
        break;
      }
    }
    if (chosen === undefined) setImmediate(() => failed(new Error(`nothing listens for ${target.protocol}`)));
    else chosen.send(bytes, target, (error) => setImmediate(() => failed(error)));
  }

  async close(): Promise<void> {
    await Promise.all(this.all.splice(0).map((transport) => transport.close()));
  }

  private open(options: ListenOptions): Promise<Transport> {
    switch (options.protocol) {
      case 'udp':
        return UdpTransport.listen(options.ip, options.port, this.events);
      case 'tcp':
      case 'tls':
        return StreamTransport.listen(options, this.events, this.shared);
      case 'ws':
      case 'wss':
        return WsTransport.listen(options, this.events, this.shared);
    }
  }
}
