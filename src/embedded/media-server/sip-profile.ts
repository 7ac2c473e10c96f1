import { parseUri, UserAgent, type IncomingInvite, type SipMessage } from '../sip-stack/index.js';
import { reasonHeader } from './causes.js';
import type { Pacer } from './pacer.js';
import type { PacketPath } from './packet-path.js';
import type { PortPool } from './port-pool.js';
import { NoPortError, RtpSocket } from './rtp-socket.js';
import { readSdp, SdpError, type AudioDescription } from './sdp.js';
import { SipLeg } from './sip-leg.js';
import type { MediaServerState } from './server-state.js';
import { BrowserPath } from './webrtc/browser-path.js';
import { WebrtcThread } from './webrtc/webrtc-thread.js';

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
  private readonly webrtc = new WebrtcThread();

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
    let path: PacketPath;
    try {
      offer = offerOf(invite.request);
      path = await this.open(offer ? offer.browser !== undefined : wantsWebrtc(invite.request), !offer);
    } catch (error) {
      return refuse(invite, error);
    }
    if (cancelled) return path.close();
    try {
      new SipLeg(invite, offer, path, server, this.options);
    } catch (error) {
      path.close();
      refuse(invite, error);
    }
  }

  async prepareForBrowsers(): Promise<void> {
    await this.webrtc.fingerprint().catch(() => undefined); // the thread has told why
  }

  async close(): Promise<void> {
    await this.agent.close();
    await this.webrtc.stop();
  }

  private open(forBrowser: boolean, offersFirst: boolean): Promise<PacketPath> {
    const { rtpIp: ip, ports } = this.options;
    if (!forBrowser) return RtpSocket.open(ip, ports);
    return BrowserPath.open({ ip, ports, thread: this.webrtc, offersFirst });
  }
}

/** As the gateway of that name in freeswitch/sofia.xml: our offer shall be one for a browser. */
const wantsWebrtc = (request: SipMessage): boolean => parseUri(request.uri)?.params.get('gw') === 'webrtc';

/** Thrown for a body that is no SDP. */
class ContentTypeError extends Error {}

function offerOf(request: SipMessage): AudioDescription | undefined {
  if (request.text.trim() === '') return undefined;
  const type = request.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && type !== 'application/sdp') throw new ContentTypeError(type);
  const offer = readSdp(request.text);
  if (offer.placeholder) throw new SdpError('unacceptable', 'no ICE or DTLS');
  return offer;
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
