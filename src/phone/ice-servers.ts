import type { PhoneCredentials } from '../contracts/phone.js';

/**
 * `stun:host:port` and `turn:user:password@host:port`, separated by commas, as RTCPeerConnection takes them: there the
 * address has no user (RFC 7065 §3.1).
 */
export const iceServers = (setting: string | undefined): PhoneCredentials['iceServers'] =>
  (setting ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const [, scheme = '', username = '', credential = '', host = ''] =
        /^(\w+:)([^:@]+):([^@]+)@(.+)$/.exec(one) ?? [];
      return host === '' ? { urls: one } : { urls: `${scheme}${host}`, username, credential };
    });
