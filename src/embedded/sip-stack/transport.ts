import type { SipFlow, SipProtocol, SipSource } from './types.js';

/** What a transport hands up: the bytes of one message and where they came from. */
export interface TransportEvents {
  message(bytes: Buffer, source: SipSource, stream: boolean): void;
  /** A stream that can not be read on; a reply may still be sent before it closes. */
  broken(head: Buffer, source: SipSource): void;
}

/** One listening address of one protocol, with the connections that belong to it. */
export interface Transport {
  readonly protocol: SipProtocol;
  readonly ip: string;
  readonly port: number;
  /** @param failed called at most once, when it is certain that the bytes did not go out */
  send(bytes: Buffer, target: SipFlow, failed: (error: Error) => void): void;
  /** Is there an open connection (for 'udp': always)? */
  reaches(target: SipFlow): boolean;
  close(): Promise<void>;
}

let lastConnectionId = 0;
export const nextConnectionId = (): number => ++lastConnectionId;

/** IPv4 in IPv6 notation becomes IPv4, so that one peer has one address. */
export const plainAddress = (address: string | undefined): string =>
  address?.startsWith('::ffff:') ? address.slice(7) : (address ?? '');
