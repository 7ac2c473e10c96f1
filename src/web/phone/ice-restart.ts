import type { RTCSession } from 'jssip/lib/RTCSession';

/** What the library keeps to itself. */
interface Gathering {
  /** It was told once that it has candidates enough, and has not waited for any since. */
  _iceReady: boolean;
  /** With `iceRestart` it waits for candidates before it answers. */
  _rtcAnswerConstraints: RTCOfferOptions;
}

const gatheringOf = (session: RTCSession): Gathering => session as unknown as Gathering;

/**
 * The other side offers anew. Where its ICE begins anew, ours does, and the answer waits for candidates: those there were are
 * void with the credentials (RFC 8445 §2.4). Left alone, the library sends an answer without any, to which a media server
 * that goes by candidates finds no way.
 */
export function follow(session: RTCSession, offer: string | undefined): void {
  const current = (session.connection as RTCPeerConnection | undefined)?.remoteDescription?.sdp;
  const iceRestart = offer !== undefined && ufragOf(offer) !== ufragOf(current ?? '');
  gatheringOf(session)._rtcAnswerConstraints = { iceRestart };
  if (iceRestart) gatheringOf(session)._iceReady = false;
}

const ufragOf = (sdp: string): string | undefined => /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
