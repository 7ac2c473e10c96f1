import type { RTCSession } from 'jssip/lib/RTCSession';

/** What the library keeps to itself. */
interface Connected {
  /** Tells of the new connection by its event `peerconnection`. */
  _createRTCConnection(config: RTCConfiguration, constraints: null): void;
}

/**
 * Offers the call's sound by a connection of its own: other addresses, keys and certificate (RFC 8842 §3.1). An ICE restart
 * would keep the keys, and a media server that keeps its own credentials as well, as FreeSWITCH does, may not follow it. Nothing
 * happens where the other side is being asked for something just now.
 */
export function connectAnew(session: RTCSession, iceServers: RTCIceServer[]): void {
  if (!session.isReadyToReOffer()) return;
  const before = session.connection;
  (session as unknown as Connected)._createRTCConnection({ iceServers }, null);
  for (const { track } of before.getSenders()) {
    if (track) session.connection.addTrack(track, new MediaStream([track]));
  }
  before.close();
  session.renegotiate();
}
