import { BlockList, isIP } from 'node:net';
import type { StackMessage } from './stack.js';

export type SipProtocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** Where a request came from, as drachtio-server saw it. */
export interface SipSource {
  protocol: SipProtocol;
  address: string;
  port: number;
}

/** A browser keeps its WebSocket open (RFC 7118); nothing else registers over one. */
export const isBrowser = ({ protocol }: SipSource): boolean => protocol === 'ws' || protocol === 'wss';

const PROTOCOLS: readonly string[] = ['udp', 'tcp', 'tls', 'ws', 'wss'];

/** drachtio-srf calls a WebSocket `tcp`; the topmost Via says what it is (RFC 7118 §5). */
export function sourceOf(request: StackMessage): SipSource {
  const via = /^\s*SIP\s*\/\s*2\.0\s*\/\s*(\w+)/i.exec(request.get('via') ?? '')?.[1]?.toLowerCase();
  const said = request.protocol.toLowerCase();
  const protocol = via === 'ws' || via === 'wss' ? via : said;
  return {
    protocol: (PROTOCOLS.includes(protocol) ? protocol : 'udp') as SipProtocol,
    address: plainAddress(request.source_address),
    port: request.source_port,
  };
}

/** Without the brackets of IPv6 and without the prefix of IPv4 inside IPv6. */
export const plainAddress = (address: string): string =>
  address.replace(/^\[|\]$/g, '').replace(/^::ffff:(?=\d+\.)/i, '');

export const sameSource = (a: SipSource, b: SipSource): boolean =>
  a.address === b.address && a.port === b.port;

/** A set of IP addresses and CIDR networks; entries that are neither are left out. */
export function addressSet(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.trim().split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const bits = prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix);
    if (!isIP(address) || !Number.isInteger(bits) || bits < 0 || bits > (family === 'ipv6' ? 128 : 32))
      continue;
    list.addSubnet(address, bits, family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
