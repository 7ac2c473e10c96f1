import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { SipFlow, SipProtocol } from './types.js';
import { parseUri, type SipUri } from './uri.js';

const DEFAULT_PORT: Record<SipProtocol, number> = { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 };

/** A URI that leads nowhere. */
export class UnroutableError extends Error {}

/** RFC 3263 §4.1 without NAPTR and SRV: `;transport=`, else TLS for sips:, else UDP. */
export function protocolOf(uri: SipUri): SipProtocol {
  const asked = uri.params.get('transport')?.toLowerCase();
  switch (asked) {
    case undefined:
    case '':
      return uri.scheme === 'sips' ? 'tls' : 'udp';
    case 'udp':
      return 'udp';
    case 'tcp':
      return uri.scheme === 'sips' ? 'tls' : 'tcp';
    case 'tls':
      return 'tls';
    case 'ws':
      return uri.scheme === 'sips' ? 'wss' : 'ws';
    case 'wss':
      return 'wss';
    default:
      throw new UnroutableError(`no transport ${asked}`);
  }
}

/**
 * Where a request to this URI is sent. Addresses resolve at once, names by the system's resolver.
 * @throws UnroutableError (or rejects with it) when the URI is none or its name is unknown
 */
export function resolveUri(text: string): SipFlow | Promise<SipFlow> {
  const uri = parseUri(text);
  if (uri === undefined) throw new UnroutableError('no SIP URI');
  const protocol = protocolOf(uri);
  const host = (uri.params.get('maddr') || uri.host).replace(/^\[(.*)\]$/, '$1');
  const port = uri.port ?? DEFAULT_PORT[protocol];
  if (isIP(host)) return { protocol, address: host, port };
  if (host.toLowerCase() === 'localhost') return { protocol, address: '127.0.0.1', port };
  // RFC 7118 §5.2 and RFC 2606: a browser's host is made up, only its connection leads to it.
  if (host.toLowerCase().endsWith('.invalid')) throw new UnroutableError('a host that is made up');
  return lookup(host, { family: 0, order: 'ipv4first' }).then(
    ({ address }) => ({ protocol, address, port }),
    () => {
      throw new UnroutableError('no such host');
    },
  );
}
