/** What the media thread and the WebRTC thread tell each other; RTP passes as bare bytes (see LEG_ID_BYTES). */

/** In front of each RTP packet that crosses between the threads: the leg's number, 32 bits. */
export const LEG_ID_BYTES = 4;

export interface TransportAddress {
  address: string;
  port: number;
}

/** RFC 8839 §5.4. */
export interface IceCredentials {
  ufrag: string;
  password: string;
}

/** RFC 8122 §5: a hash of the certificate, as `AB:CD:…`. */
export interface Fingerprint {
  algorithm: string;
  value: string;
}

/** What a browser's SDP says of its transport. */
export interface RemoteTransport {
  ice: IceCredentials;
  candidates: readonly TransportAddress[];
  fingerprints: readonly Fingerprint[];
  /** Ours, that follows from its a=setup. */
  dtlsRole: DtlsRole;
}

export type DtlsRole = 'client' | 'server';

export interface OpenOrder extends TransportAddress {
  credentials: IceCredentials;
  /** RFC 8445 §6.1.1: who offered first controls. */
  controlling: boolean;
}

/** Media thread to WebRTC thread. */
export type Order = { leg: number } & (
  | { open: OpenOrder }
  | { remote: RemoteTransport }
  /** ICE starts anew (RFC 8839 §4.4.1.1.1). */
  | { restart: IceCredentials }
  | { close: true }
);

/** WebRTC thread to media thread. */
export type Report =
  | { ready: Fingerprint }
  | { leg: number; opened: true }
  | { leg: number; failed: string }
  | { leg: number; connected: true };
