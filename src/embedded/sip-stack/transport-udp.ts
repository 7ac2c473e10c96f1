import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Transport, TransportEvents } from './transport.js';
import { plainAddress } from './transport.js';
import type { SipFlow } from './types.js';

const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** SIP over UDP (RFC 3261 §18): one socket, one message a datagram. */
export class UdpTransport implements Transport {
  readonly protocol = 'udp';

  private constructor(
    private readonly socket: Socket,
    readonly ip: string,
    readonly port: number,
    events: TransportEvents,
  ) {
    socket.on('message', (bytes, remote) => {
      // RFC 5626 §4.4: keep-alives; nothing shorter is a message.
      if (bytes.length < 8) return;
      events.message(
        bytes,
        {
          protocol: 'udp',
          address: plainAddress(remote.address),
          port: remote.port,
          localAddress: ip,
          localPort: port,
        },
        false,
      );
    });
    // An ICMP error of one peer must not end the socket for all.
    socket.on('error', () => undefined);
  }

  /** @throws the socket's error, EADDRINUSE for one */
  static async listen(ip: string, port: number, events: TransportEvents): Promise<UdpTransport> {
    const socket = createSocket({ type: isIPv6(ip) ? 'udp6' : 'udp4', reuseAddr: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, ip, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER);
    } catch {
      // The system allows less; the retransmissions of RFC 3261 make up for what is lost.
    }
    return new UdpTransport(socket, ip, socket.address().port, events);
  }

  send(bytes: Buffer, target: SipFlow, failed: (error: Error) => void): void {
    try {
      this.socket.send(bytes, target.port, target.address, (error) => {
        if (error) failed(error);
      });
    } catch (error) {
      failed(error as Error);
    }
  }

  reaches(): boolean {
    return true;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }
}
