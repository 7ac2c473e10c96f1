import { isIP } from 'node:net';
import type { Fingerprint, IceCredentials, TransportAddress } from './messages.js';

/** What a browser's SDP says of its side of the transport (RFC 8839, RFC 8842, RFC 8122). */
export interface BrowserDescription {
  ice: IceCredentials;
  /** UDP, one component; names of mDNS are left out. */
  candidates: TransportAddress[];
  fingerprints: Fingerprint[];
  setup: 'actpass' | 'active' | 'passive';
  /** RFC 5888, RFC 9143. */
  mid?: string;
  bundled: boolean;
}

/** What our SDP says of ours. */
export interface BrowserSide {
  ice: IceCredentials;
  fingerprint: Fingerprint;
  /** undefined: not agreed on yet. */
  role?: 'client' | 'server';
}

/** RFC 8445 §5.1.2.1, for the only candidate there is: host, first component. */
const HOST_PRIORITY = 126 * 2 ** 24 + 65_535 * 2 ** 8 + 255;

const all = (rows: readonly string[], pattern: RegExp): RegExpExecArray[] =>
  rows.map((row) => pattern.exec(row)).filter((match) => match !== null);

/**
 * @param media the rows of the audio section, over those of the session
 * @returns undefined where something is missing without which no browser can be reached
 */
export function readBrowser(
  session: readonly string[],
  media: readonly string[],
): BrowserDescription | undefined {
  const find = (pattern: RegExp) => all(media, pattern)[0]?.[1] ?? all(session, pattern)[0]?.[1];
  const ufrag = find(/^a=ice-ufrag:(\S+)$/);
  const password = find(/^a=ice-pwd:(\S+)$/);
  const fingerprints = [...all(media, FINGERPRINT), ...all(session, FINGERPRINT)].map(
    ([, algorithm = '', value = '']) => ({ algorithm, value }),
  );
  if (!ufrag || !password || fingerprints.length === 0) return undefined;
  const setup = find(/^a=setup:(actpass|active|passive)$/) ?? 'actpass';
  const mid = find(/^a=mid:(\S+)$/);
  return {
    ice: { ufrag, password },
    candidates: all(media, CANDIDATE)
      .map(([, address = '', port]) => ({ address, port: Number(port) }))
      .filter(({ address, port }) => isIP(address) !== 0 && port > 0),
    fingerprints,
    setup: setup as BrowserDescription['setup'],
    mid,
    bundled: session.some((row) => /^a=group:BUNDLE /.test(row)),
  };
}

const FINGERPRINT = /^a=fingerprint:(\S+) ([0-9A-Fa-f:]+)$/;
const CANDIDATE = /^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ /i;

/** The rows of the audio section that tell a browser how to reach us. @param offering we offer, or answer */
export function writeBrowser(
  { ice, fingerprint, role }: BrowserSide,
  at: TransportAddress,
  { mid, offering }: { mid?: string; offering: boolean },
): string[] {
  return [
    ...(mid === undefined ? [] : [`a=mid:${mid}`]),
    'a=rtcp-mux',
    `a=ice-ufrag:${ice.ufrag}`,
    `a=ice-pwd:${ice.password}`,
    `a=fingerprint:${fingerprint.algorithm} ${fingerprint.value}`,
    `a=setup:${offering ? 'actpass' : role === 'server' ? 'passive' : 'active'}`,
    `a=candidate:1 1 udp ${HOST_PRIORITY} ${at.address} ${at.port} typ host`,
    'a=end-of-candidates',
    'a=msid:linekeeper audio',
  ];
}
