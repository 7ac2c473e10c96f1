/**
 * The media server's answer to a party's new offer, with the DTLS role that it has. FreeSWITCH repeats in it the `actpass` of
 * the offer that its leg began with; a browser takes no such answer (RFC 8842 §5.3) and ends the call. Browsers answer
 * `actpass` with `active` (RFC 5763 §5), and the roles stay for the call: whoever offered is passive.
 */
export const withDtlsRole = (answer: string): string =>
  answer.replace(/^a=setup:actpass/gm, 'a=setup:passive');

/**
 * A browser's SDP with the candidates of the networks that it would itself take (its `network-cost`: loopback, VPN and mobile
 * networks cost more). FreeSWITCH sees their priority alone, and does not follow a browser that goes by another network than
 * it chose: it would not be heard while all looks connected.
 */
export function withCheapestCandidates(sdp: string): string {
  const rows = sdp.split('\r\n');
  const costs = rows.filter(isCandidate).map(costOf);
  const least = Math.min(...costs);
  return rows.filter((row) => !isCandidate(row) || costOf(row) === least).join('\r\n');
}

/**
 * RFC 8827 §6.5: browsers talk DTLS-SRTP and nothing else; phones are offered plain RTP here. The profile of the line does not tell:
 * FreeSWITCH writes RTP/SAVPF, and a browser answers alike.
 */
export const isOfBrowser = (sdp: string): boolean => /^a=fingerprint:/m.test(sdp);

const isCandidate = (row: string): boolean => row.startsWith('a=candidate:') && / udp /i.test(row);
const costOf = (row: string): number => Number(/ network-cost (\d+)/.exec(row)?.[1] ?? 0);
