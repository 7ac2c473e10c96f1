import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  UserAgent,
  type DialogEnd,
  type InviteDialog,
  type SipMessage,
} from '../../src/embedded/sip-stack/index.js';
import { inactiveAnswer } from '../../src/media/offered-leg.js';
import { RtpAudio } from '../../src/simulate/rtp-audio.js';
import { CODECS, readSdp, writeSdp, type CodecName } from '../../src/simulate/sdp.js';
import type { Sound } from '../support/tones.js';
import { BrowserTransport } from './browser-transport.js';

export interface PartyOptions {
  /** The uuid the channel gets. */
  callId?: string;
  /** Hz it sends; 0: silence. */
  toneHz?: number;
  codecs?: readonly CodecName[];
  /** INVITE without SDP. */
  late?: boolean;
  /** Of the URI called: gw=… */
  gateway?: string;
  /** ICE, DTLS and SRTP in the place of plain RTP. */
  browser?: boolean;
  /** Answers the media server's offer with a line that holds the place, and itself by re-INVITE. */
  placeholder?: boolean;
  /** Told the media server's SDP before the browser acts upon it. */
  beforeIce?: (sdp: string) => Promise<void>;
  /** In place of its own SDP. */
  sdp?: string;
  headers?: Record<string, string>;
}

/** A party on the media server: a SIP dialog and an RTP socket of its own, as a light endpoint has it. */
export class Party {
  readonly callId: string;
  /** The BYE that ended it, if it was not its own. */
  ended?: DialogEnd;
  readonly reinvites: SipMessage[] = [];
  private readonly agent = new UserAgent({ user: 'party' });
  dialog!: InviteDialog;
  /** The media server's SDP. */
  sdp = '';
  audio!: RtpAudio;
  transport?: BrowserTransport;

  private constructor(
    private readonly sipPort: number,
    private readonly options: PartyOptions,
  ) {
    this.callId = options.callId ?? randomUUID();
  }

  /** Calls and is answered. @throws SipFailure where it is refused */
  static async call(sipPort: number, options: PartyOptions = {}): Promise<Party> {
    const party = new Party(sipPort, options);
    await party.agent.listen({ protocol: 'udp', ip: '127.0.0.1', port: 0 });
    party.audio = await RtpAudio.open('127.0.0.1');
    if (options.browser) party.transport = await BrowserTransport.open(party.audio.port);
    try {
      await party.invite();
    } catch (error) {
      await party.close();
      throw error;
    }
    return party;
  }

  /** What the party hears from now on, for so many ms; nothing where no packet comes. */
  async hear(ms = 500): Promise<Sound> {
    const giveUp = new AbortController();
    const nothing = pause(ms + 250, undefined, { signal: giveUp.signal }).catch(() => undefined);
    const heard = await Promise.race([this.audio.listen(ms), nothing]);
    giveUp.abort();
    return { samples: heard?.samples ?? new Int16Array(0), rate: 8000 };
  }

  /** Gives another SDP in a re-INVITE. @returns the answer's direction */
  async modify(direction: 'sendrecv' | 'sendonly' | 'inactive' | 'recvonly'): Promise<string> {
    const body = this.ownSdp(direction);
    const { response } = await this.dialog.reinvite({ body });
    return readSdp(response.text).direction;
  }

  async hangUp(): Promise<void> {
    await this.dialog.bye();
  }

  async close(): Promise<void> {
    this.audio.close();
    await this.transport?.close();
    await this.agent.close();
  }

  private get codecs(): readonly CodecName[] {
    return this.options.codecs ?? ['PCMA', 'PCMU'];
  }

  private ownSdp(direction: 'sendrecv' | 'sendonly' | 'inactive' | 'recvonly' = 'sendrecv'): string {
    if (this.transport) return this.transport.sdp(direction);
    return writeSdp({ ip: '127.0.0.1', port: this.audio.port }, this.codecs, { direction });
  }

  private async answerTo(offer: string): Promise<string> {
    if (this.options.placeholder) return inactiveAnswer(offer);
    return this.transport ? this.transport.answer(offer) : this.ownSdp();
  }

  private async invite(): Promise<void> {
    const { late = false, sdp, toneHz = 0, headers } = this.options;
    const { transport } = this;
    const gateway = this.options.gateway ?? (transport && late ? 'webrtc' : undefined);
    if (transport && !late) await transport.offer();
    const outgoing = this.agent.invite({
      uri: `sip:leg@127.0.0.1:${this.sipPort}${gateway ? `;gw=${gateway}` : ''}`,
      from: `<sip:party${randomInt(1000)}@127.0.0.1>`,
      callId: this.callId,
      headers,
      body: late ? undefined : (sdp ?? this.ownSdp()),
    });
    const { dialog, response, ack } = await outgoing.answered;
    this.dialog = dialog;
    this.sdp = response.text;
    dialog.onEnd((end) => (this.ended = end));
    dialog.onReinvite((request) => {
      this.reinvites.push(request);
      const offered = readSdp(request.text).direction;
      return { body: this.ownSdp(offered === 'sendonly' ? 'recvonly' : offered) };
    });
    await this.options.beforeIce?.(response.text);
    if (transport && !late) await transport.accept(response.text);
    if (late) ack(await this.answerTo(response.text));
    if (this.options.placeholder)
      await this.dialog.reinvite({ body: await transport?.answer(response.text) });
    await transport?.connected();
    const { to, codecs, eventPayloadType } = readSdp(response.text);
    // An offer of several codecs: the first that is ours too.
    this.audio.tone(toneHz);
    const [codec] = codecs;
    const there = transport ? { ip: '127.0.0.1', port: transport.port } : to;
    if (codec) this.audio.sendTo(there, CODECS[codec], eventPayloadType);
  }
}
