import { indexOutside } from './header-values.js';
import type { SipMessage } from './message.js';
import type { SipFlow, SipSource } from './types.js';

/**
 * RFC 3261 §18.2.1, RFC 3581 §4: writes `received` and `rport` into the top Via, in place.
 * @returns branch and sent-by of that Via
 */
export function markReceived(request: SipMessage, source: SipSource): { branch: string; sentBy: string } {
  const header = request.headers.find(({ key }) => key === 'via')!;
  const via = request.topVia!;
  const asksPort = via.params.get('rport') === '';
  if (asksPort || via.host !== source.address) {
    let first = via.raw;
    if (asksPort) first = first.replace(/;(\s*)rport(\s*=)?(?=\s*(;|$))/i, `;$1rport=${source.port}`);
    first = first.replace(/;\s*received\s*=[^;]*/i, '') + `;received=${source.address}`;
    const comma = indexOutside(header.value, ',');
    header.value = comma < 0 ? first : first + header.value.slice(comma);
  }
  return {
    branch: via.params.get('branch') ?? '',
    sentBy: `${via.host.toLowerCase()}:${via.port ?? ''}`,
  };
}

/** RFC 3261 §18.2.2, RFC 3581 §4: where the responses to this request go. Call after markReceived(). */
export function replyFlow(
  request: SipMessage,
  source: SipSource,
  transports: { reaches(target: SipFlow): boolean },
): SipFlow {
  const via = request.topVia;
  const viaPort = via?.port ?? (source.protocol === 'tls' ? 5061 : 5060);
  const { protocol, address } = source;
  if (via === undefined) return source; // it can not be read; the sender may still listen
  if (protocol === 'udp')
    return { protocol, address, port: via?.params.has('rport') ? source.port : viaPort };
  if (transports.reaches(source)) return source;
  return { protocol, address, port: viaPort };
}
