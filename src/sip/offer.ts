import type { StackRequest } from './stack.js';

export type Offer =
  { kind: 'sdp'; sdp: string } | { kind: 'none' } | { kind: 'not-sdp' } | { kind: 'no-audio' };

/** The SDP of an INVITE, also out of a multipart body (RFC 5621). */
export function readOffer(request: StackRequest): Offer {
  const body = request.body ?? '';
  if (body.trim() === '') return { kind: 'none' };
  const contentType = request.get('content-type')?.trim() ?? '';
  const sdp = /^application\/sdp\b/i.test(contentType) ? body : sdpPart(body, contentType);
  if (sdp === undefined) return { kind: 'not-sdp' };
  // RFC 8866 §5.14, RFC 3264 §6: an m= line with port 0 is an audio stream that is switched off.
  return /^m=audio [1-9]\d*(?:\/\d+)? /m.test(sdp) ? { kind: 'sdp', sdp } : { kind: 'no-audio' };
}

function sdpPart(body: string, contentType: string): string | undefined {
  const boundary = /^multipart\/.*;\s*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (!boundary) return undefined;
  for (const part of body.split(`--${boundary}`)) {
    const blank = part.indexOf('\r\n\r\n');
    if (blank < 0 || !/^content-type:\s*application\/sdp\b/im.test(part.slice(0, blank))) continue;
    return part.slice(blank + 4);
  }
  return undefined;
}

/** Whether a party's SDP puts the other one on hold (RFC 3264 §8.4; in RFC 2543 by the address 0.0.0.0). */
export function holdsAudio(sdp: string): boolean {
  const [session = '', ...media] = sdp.split(/^m=/m);
  const audio = media.find((section) => section.startsWith('audio'));
  if (audio === undefined) return false;
  const direction = DIRECTION.exec(audio)?.[1] ?? DIRECTION.exec(session)?.[1];
  const address = CONNECTION.exec(audio)?.[1] ?? CONNECTION.exec(session)?.[1];
  return direction === 'sendonly' || direction === 'inactive' || address === '0.0.0.0';
}

const DIRECTION = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m;
const CONNECTION = /^c=IN IP[46] (\S+)/m;
