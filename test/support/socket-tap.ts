import { Socket as UdpSocket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { Socket as TcpSocket } from 'node:net';

/** RTP carries sound alone; RTCP (payload types 72 to 76, RFC 5761 §4) carries names, too. */
const isSound = (datagram: Buffer): boolean => {
  const type = (datagram[1] ?? 0) & 0x7f;
  return (datagram[0] ?? 0) >> 6 === 2 && (type < 72 || type > 76);
};

/** Everything that this process's sockets receive while it listens, as bytes, before anything has read them. */
export class SocketTap {
  /** By local port. */
  private readonly datagrams = new Map<number, Buffer[]>();
  /** By the other side's port. */
  private readonly streams = new Map<number, Buffer[]>();
  private readonly restore: () => void;

  constructor() {
    const datagram = (port: number, bytes: Buffer) => this.take(this.datagrams, port, bytes);
    const chunk = (port: number, bytes: Buffer) => this.take(this.streams, port, bytes);
    const emit = EventEmitter.prototype.emit;
    UdpSocket.prototype.emit = function (this: UdpSocket, event: string | symbol, ...values: unknown[]) {
      if (event === 'message') datagram(this.address().port, values[0] as Buffer);
      return emit.call(this, event, ...values);
    } as typeof UdpSocket.prototype.emit;
    TcpSocket.prototype.emit = function (this: TcpSocket, event: string | symbol, ...values: unknown[]) {
      if (event === 'data') chunk(this.remotePort ?? 0, Buffer.from(values[0] as Buffer));
      return emit.call(this, event, ...values);
    } as typeof TcpSocket.prototype.emit;
    this.restore = () => {
      delete (UdpSocket.prototype as Partial<UdpSocket>).emit;
      delete (TcpSocket.prototype as Partial<TcpSocket>).emit;
    };
  }

  private take(into: Map<number, Buffer[]>, port: number, bytes: Buffer): void {
    if (into === this.datagrams && isSound(bytes)) return;
    into.set(port, [...(into.get(port) ?? []), bytes]);
  }

  /** What came to this UDP port, but for sound. */
  received(port: number): Buffer[] {
    return this.datagrams.get(port) ?? [];
  }

  /** What came to all UDP ports. */
  get ports(): number[] {
    return [...this.datagrams.keys()];
  }

  /** What came over TCP connections to this port; of WebSockets, a server's frames are in the clear (RFC 6455 §5.1). */
  receivedFrom(port: number): Buffer {
    return Buffer.concat(this.streams.get(port) ?? []);
  }

  close(): void {
    this.restore();
  }
}
