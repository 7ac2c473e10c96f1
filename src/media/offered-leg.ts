import { AppError } from '../common/app-error.js';
import type { MediaLeg } from './media-leg.js';

/**
 * Of nobody: the winner's own follow. FreeSWITCH lays its ICE out by the first answer; where that has none, it connects with
 * the winner only after seconds, or never.
 */
const ICE_TO_COME = [
  'a=rtcp-mux',
  'a=ice-ufrag:later',
  'a=ice-pwd:of-whoever-takes-the-call',
  'a=candidate:1 1 udp 2122194687 127.0.0.1 9 typ host',
];

/**
 * An answer that accepts the first codec of an offer and carries no audio yet: with it the media server's offer is
 * acknowledged at once (RFC 3264 §6), and the winner's own SDP follows in a re-INVITE. Left unacknowledged, the
 * offer would run into the 32 s of RFC 3261 §13.3.1.4 while phones ring.
 * @throws AppError when the offer has no audio
 */
export function inactiveAnswer(offer: string): string {
  const audio = /^m=audio \d+ (\S+) (.+)$/m.exec(offer);
  if (!audio?.[1] || !audio[2]) throw new AppError('no-audio-offered', 'the media server offered no audio');
  const payloads = audio[2].trim().split(' ');
  const mappings = offer.split(/\r?\n/).filter((row) => /^a=(rtpmap|fmtp):/.test(row));
  return [
    'v=0',
    'o=linekeeper 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio 9 ${audio[1]} ${payloads.join(' ')}`,
    ...mappings,
    'a=inactive',
    ...(/^a=ice-ufrag:/m.test(offer) ? ICE_TO_COME : []),
    '',
  ].join('\r\n');
}

/** A leg that offers first: its SDP goes to every phone that rings, the winner's SDP is joined to it. */
export interface OfferedLeg {
  /** The media server's offer for the phones. */
  readonly offer: string;
  readonly leg: MediaLeg;
}
