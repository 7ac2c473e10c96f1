import { UserAgent, type IncomingInvite, type SipMessage } from '../sip-stack/index.js';
import { reasonHeader } from './causes.js';
import type { Pacer } from './pacer.js';
import type { PortPool } from './port-pool.js';
import { NoPortError, RtpSocket } from './rtp-socket.js';
import { readSdp, SdpError, type AudioDescription } from './sdp.js';
import { SipLeg } from './sip-leg.js';
import type { MediaServerState } from './server-state.js';

export interface ProfileOptions {
  /** Bound; and what SDP says. */
  rtpIp: string;
  announcedIp: string;
  ports: PortPool;
  pacer: Pacer;
}

/**
 * The SIP side: each INVITE becomes a channel whose uuid is its Call-ID, answered at once with SDP and parked
 * (freeswitch/sofia.xml, dialplan.xml).
 */
export class SipProfile {
  readonly agent = new UserAgent({ userAgent: 'Linekeeper', user: 'linekeeper' });

  constructor(
    private readonly server: MediaServerState,
    private readonly options: ProfileOptions,
  ) {
    this.agent.onInvite((invite) => void this.receive(invite));
  }

  private async receive(invite: IncomingInvite): Promise<void> {
    const { server } = this;
    if (server.paused || server.channels.isFull || server.channels.perSecond >= server.sessionsPerSecond) {
      return invite.refuse(503, { headers: { 'Retry-After': '1' } });
    }
    let cancelled = false;
    invite.onCancel(() => (cancelled = true));
    let offer: AudioDescription | undefined;
    let socket: RtpSocket;
    try {
      offer = offerOf(invite.request);
      socket = await RtpSocket.open(this.options.rtpIp, this.options.ports);
    } catch (error) {
      return refuse(invite, error);
    }
    if (cancelled) return socket.close();
    try {
      new SipLeg(invite, offer, socket, server, this.options);
    } catch (error) {
      socket.close();
      refuse(invite, error);
    }
  }
}

/** Thrown for a body that is no SDP. */
class ContentTypeError extends Error {}

function offerOf(request: SipMessage): AudioDescription | undefined {
  if (request.text.trim() === '') return undefined;
  const type = request.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && type !== 'application/sdp') throw new ContentTypeError(type);
  return readSdp(request.text);
}

function refuse(invite: IncomingInvite, error: unknown): void {
  if (error instanceof ContentTypeError) {
    return invite.refuse(415, { headers: { Accept: 'application/sdp' } });
  }
  if (error instanceof SdpError) {
    if (error.kind === 'broken') return invite.refuse(400, { reason: 'Bad Session Description' });
    return invite.refuse(488, { headers: { Reason: reasonHeader('INCOMPATIBLE_DESTINATION') } });
  }
  if (error instanceof NoPortError) return invite.refuse(503, { headers: { 'Retry-After': '1' } });
  invite.refuse(500);
}
