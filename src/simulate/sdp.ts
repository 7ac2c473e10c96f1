import { codecOfPayloadType, PCMA, PCMU, type G711 } from '../embedded/media-server/g711.js';
import type { MediaAddress } from './rtp-audio.js';

/** Payload type of telephone-event that we offer. */
const OUR_EVENT = 101;
/** The codecs by their names in SDP. */
export type CodecName = G711['name'];
export const CODECS: Record<CodecName, G711> = { PCMA, PCMU };

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** The audio of an SDP as a G.711 phone reads it (RFC 3264 §5). */
export interface AudioDescription {
  to: MediaAddress;
  /** Those of G.711 that are in it, in its order. */
  codecs: CodecName[];
  eventPayloadType: number;
  direction: Direction;
}

let version = 1;

/** An offer or answer of one audio stream; `codecs` in the order of preference. */
export function writeSdp(
  { ip, port }: MediaAddress,
  codecs: readonly CodecName[],
  { direction = 'sendrecv' as Direction, event = OUR_EVENT } = {},
): string {
  version += 1; // RFC 3264 §8: each new description has a higher version
  return [
    'v=0',
    `o=- ${port} ${version} IN IP4 ${ip}`,
    's=-',
    `c=IN IP4 ${ip}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${codecs.map((codec) => CODECS[codec].payloadType).join(' ')} ${event}`,
    ...codecs.map((codec) => `a=rtpmap:${CODECS[codec].payloadType} ${codec}/8000`),
    `a=rtpmap:${event} telephone-event/8000`,
    `a=fmtp:${event} 0-16`,
    'a=ptime:20',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

/** @throws TypeError where there is no audio line or no address */
export function readSdp(sdp: string): AudioDescription {
  const ip =
    /^c=IN IP4 (\S+)/m.exec(sdp.slice(Math.max(0, sdp.search(/^m=audio/m))))?.[1] ??
    /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
  const [, port, types] = /^m=audio (\d+) \S+ ([\d ]+)/m.exec(sdp) ?? [];
  if (!ip || !port || !types) throw new TypeError('an SDP without IPv4 audio');
  const offered = types.trim().split(' ');
  const codecs = offered.flatMap((type) => codecOfPayloadType(Number(type))?.name ?? []);
  const event = /^a=rtpmap:(\d+) telephone-event\/8000/im.exec(sdp)?.[1];
  const direction = /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(sdp)?.[1] as Direction | undefined;
  return {
    to: { ip, port: Number(port) },
    codecs,
    eventPayloadType: Number(event ?? OUR_EVENT),
    direction: direction ?? 'sendrecv',
  };
}
