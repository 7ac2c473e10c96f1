import { randomUUID } from 'node:crypto';
import {
  nameAddr,
  parseUri,
  type IncomingInvite,
  type InviteDialog,
  type SipMessage,
} from '../sip-stack/index.js';
import { causeOf } from './causes.js';
import { LegMedia } from './leg-media.js';
import { LiveChannel } from './live-channel.js';
import type { Pacer } from './pacer.js';
import type { PacketPath } from './packet-path.js';
import {
  OUR_EVENT_TYPE,
  readSdp,
  SdpError,
  SdpWriter,
  type AudioDescription,
  type Direction,
} from './sdp.js';
import type { MediaServerState } from './server-state.js';
import { PROFILES } from './status-texts.js';

/**
 * One dialog and its channel: offers and answers (RFC 3264), holds, and the two ways to end. Answers at once.
 */
export class SipLeg {
  private readonly dialog: InviteDialog;
  private readonly channel: LiveChannel;
  private readonly media: LegMedia;
  private readonly sdp: SdpWriter;
  private readonly rtpIp: string;
  private ended = false;
  /** Our offer is out, its answer is to come in an ACK. */
  private offered = false;

  constructor(
    invite: IncomingInvite,
    offer: AudioDescription | undefined,
    path: PacketPath,
    private readonly server: MediaServerState,
    { announcedIp: rtpIp, pacer }: { announcedIp: string; pacer: Pacer },
  ) {
    this.rtpIp = rtpIp;
    this.sdp = new SdpWriter(rtpIp, path.port, path.side);
    this.media = new LegMedia(path, pacer);
    if (offer) path.meet(offer);
    const body = offer ? this.sdp.answer(offer) : this.sdp.offer('sendrecv');
    this.dialog = invite.answer({ body });
    this.channel = this.openChannel(invite);
    this.describe(invite, body);
    this.dialog.onEnd((end) => {
      this.ended = true;
      if (end.by === 'local') return;
      const cause = end.by === 'remote' ? 'NORMAL_CLEARING' : 'RECOVERY_ON_TIMER_EXPIRE';
      this.channel.hangup(causeFrom(end.request) ?? cause, true);
    });
    this.dialog.onReinvite((request) => this.reinvited(request));
    this.dialog.onAck((ack) => this.acknowledged(ack));
    this.dialog.onRequest((request, transaction) => {
      transaction.respond(request.method === 'INFO' || request.method === 'OPTIONS' ? 200 : 405);
      if (request.method === 'INFO') this.informed(request);
    });
    if (offer) {
      this.agree(offer);
      this.channel.begin();
    } else {
      this.offered = true;
      this.dialog.acked.then((ack) => this.acknowledged(ack)).catch(() => undefined); // onEnd tells
    }
  }

  private openChannel(invite: IncomingInvite): LiveChannel {
    const { services, channels } = this.server;
    const from = nameAddr(invite.request.get('from') ?? '');
    const caller = parseUri(from.uri);
    const party = {
      callerName: from.displayName || caller?.user || '',
      callerUser: caller?.user ?? '',
      callerUri: from.uri.replace(/^sips?:/, ''),
      destination: parseUri(invite.request.uri)?.user ?? '',
      networkIp: invite.source.address,
    };
    // Two calls of one Call-ID would be one channel: the second gets a uuid of its own.
    const uuid = channels.get(invite.callId) ? randomUUID() : invite.callId;
    const signalling = {
      bye: (reason: string) => void (this.ended || this.dialog.bye({ Reason: reason })),
      hold: (on: boolean) => void this.hold(on),
    };
    const name = `sofia/${PROFILES[0]}/${party.callerUri}`;
    const channel = new LiveChannel(uuid, name, party, this.media, signalling, services);
    channels.add(channel);
    return channel;
  }

  private describe(invite: IncomingInvite, body: string): void {
    const { variables, uuid, name, party } = this.channel;
    const { sip, channels } = this.server;
    const known: Record<string, string> = {
      direction: 'inbound',
      uuid,
      call_uuid: uuid,
      session_id: String(channels.sinceStart),
      channel_name: name,
      sip_call_id: invite.callId,
      sip_from_user: party.callerUser,
      sip_from_uri: party.callerUri,
      sip_from_tag: this.dialog.remoteTag,
      sip_to_tag: this.dialog.localTag,
      sip_to_user: party.destination,
      sip_req_user: party.destination,
      sip_network_ip: invite.source.address,
      sip_network_port: String(invite.source.port),
      sip_received_ip: invite.source.address,
      sip_received_port: String(invite.source.port),
      sip_via_protocol: invite.source.protocol,
      sip_user_agent: invite.request.get('user-agent') ?? '',
      sofia_profile_name: PROFILES[0],
      sofia_profile_url: `sip:mod_sofia@${sip.ip}:${sip.port}`,
      switch_r_sdp: invite.body,
      rtp_local_sdp_str: body,
      local_media_ip: this.rtpIp,
      local_media_port: String(this.media.path.port),
      endpoint_disposition: 'ANSWER',
    };
    for (const [header, value] of Object.entries(known)) if (value !== '') variables.set(header, value);
    for (const { name: header, value } of invite.request.headers) {
      if (/^X-/i.test(header)) variables.set(`sip_h_${header}`, value);
    }
  }

  /** Takes what the party said of itself. */
  private agree(party: AudioDescription): void {
    const { channel, media } = this;
    const reachable = isBrowser(party) === (media.path.side !== undefined) && !party.placeholder;
    const held = party.direction === 'sendonly' || party.direction === 'inactive' || !reachable;
    media.agree({
      codec: party.codec,
      eventsOut: party.eventType,
      eventsIn: party.eventType === undefined ? undefined : this.eventsIn(party),
      held,
    });
    channel.variables.set('rtp_use_codec_name', party.codec.name);
    channel.variables.set('read_codec', party.codec.name);
    channel.variables.set('write_codec', party.codec.name);
    channel.variables.set('remote_media_ip', party.address);
    channel.variables.set('remote_media_port', String(party.port));
    channel.variables.set('remote_audio_media_flow', party.direction);
    channel.setHold(held);
  }

  /** In an answer of ours the party's number stands; in an offer, our own (RFC 3264 §5.1). */
  private eventsIn(party: AudioDescription): number {
    return this.offered ? OUR_EVENT_TYPE : (party.eventType ?? OUR_EVENT_TYPE);
  }

  private reinvited(request: SipMessage): { status?: number; body?: string; reason?: string } {
    if (request.text.trim() === '') {
      this.offered = true;
      return { body: this.sdp.offer('sendrecv') };
    }
    try {
      const offer = readSdp(request.text);
      if (isBrowser(offer) !== (this.media.path.side !== undefined)) return { status: 488 };
      this.media.path.meet(offer);
      const body = this.sdp.answer(offer);
      this.channel.variables.set('rtp_local_sdp_str', body);
      this.offered = false;
      this.agree(offer);
      return { body };
    } catch (error) {
      return error instanceof SdpError && error.kind === 'broken'
        ? { status: 400, reason: 'Bad Session Description' }
        : { status: 488 };
    }
  }

  private acknowledged(ack: SipMessage): void {
    if (!this.offered || ack.text.trim() === '') {
      // RFC 3264 §4: an offer wants an answer; without one nobody knows where to send.
      if (this.offered && this.channel.answerState === 'ringing')
        this.channel.hangup('INCOMPATIBLE_DESTINATION');
      return;
    }
    try {
      const answer = readSdp(ack.text);
      this.media.path.meet(answer);
      this.agree(answer);
      this.offered = false;
      if (this.channel.answerState === 'ringing') this.channel.begin(true);
    } catch {
      this.channel.hangup('INCOMPATIBLE_DESTINATION');
    }
  }

  private async hold(on: boolean): Promise<void> {
    const direction: Direction = on ? 'sendonly' : 'sendrecv';
    try {
      const body = this.sdp.offer(direction, [this.media.codec], this.media.eventType);
      const { response, ack } = await this.dialog.reinvite({ body });
      ack();
      this.media.path.meet(readSdp(response.text));
    } catch {
      // Refused or unreadable: the call goes on as it was (RFC 3261 §14.1).
    }
  }

  /** Digits by INFO count only where telephone-event was not agreed on. */
  private informed(request: SipMessage): void {
    const type = request.get('content-type') ?? '';
    this.channel.publish('RECV_INFO', [['SIP-Content-Type', type]], { variables: false, body: request.text });
    const digit = /^\s*(?:Signal\s*=\s*)?([0-9A-D*#])/im.exec(request.text)?.[1];
    if (digit && /dtmf/i.test(type) && this.media.eventType === undefined) {
      const ms = Number(/Duration\s*=\s*(\d+)/i.exec(request.text)?.[1] ?? 250);
      this.channel.receiveDigit(digit.toUpperCase(), ms * 8, 'INFO');
    }
  }
}

const isBrowser = ({ browser, placeholder }: AudioDescription) => browser !== undefined || placeholder;

/** The cause a BYE names (RFC 3326). */
function causeFrom(bye: SipMessage | undefined): string | undefined {
  const value = /Q\.850\s*;\s*cause=(\d+)/i.exec(bye?.get('reason') ?? '')?.[1];
  return value === undefined ? undefined : causeOf(value);
}
