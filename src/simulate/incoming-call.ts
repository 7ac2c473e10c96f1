import type { IncomingInvite, SipMessage } from '../embedded/sip-stack/index.js';
import { Conversation } from './conversation.js';
import type { Handset } from './handset.js';
import { textOf } from './message-text.js';
import type { RtpAudio } from './rtp-audio.js';
import { CODECS, readSdp, writeSdp } from './sdp.js';

/** An INVITE that came in and rings. */
export class IncomingCall {
  /** Resolves when the other side takes the INVITE back. */
  readonly cancelled: Promise<SipMessage>;
  private audio?: RtpAudio;

  constructor(
    private readonly phone: Handset,
    readonly invite: IncomingInvite,
  ) {
    this.cancelled = new Promise((done) =>
      invite.onCancel((cancel) => {
        phone.received.push(textOf(cancel));
        done(cancel);
      }),
    );
    if (phone.options.rings) void invite.ring(180);
  }

  /** The user part of the Request-URI. */
  get dialled(): string {
    return /^sips?:([^@]*)@/.exec(this.invite.request.uri)?.[1] ?? '';
  }

  /** What the phone's display shows. */
  get shown(): { name: string; user: string } {
    const { displayName, uri } = this.invite.request.from;
    return { name: displayName, user: /^sips?:([^@]*)@/.exec(uri)?.[1] ?? '' };
  }

  /** Early media (RFC 3960): 183 with SDP, and a tone that the caller hears before the answer. */
  async sound(toneHz: number): Promise<void> {
    const { ip, codecs } = this.phone.options;
    this.audio = await this.phone.openAudio();
    const { to, codecs: theirs, eventPayloadType } = readSdp(this.invite.body);
    const [codec] = theirs.filter((one) => codecs.includes(one));
    if (!codec) throw new Error('no codec in common');
    await this.invite.ring(183, { body: writeSdp({ ip, port: this.audio.port }, [codec]) });
    this.audio.tone(toneHz);
    this.audio.sendTo(to, CODECS[codec], eventPayloadType);
  }

  /**
   * @param toneHz Hz to send from now on; 0: silence
   * @param headers of the 200
   */
  async answer(toneHz = 0, headers?: Record<string, string>): Promise<Conversation> {
    const { ip, codecs } = this.phone.options;
    const audio = this.audio ?? (await this.phone.openAudio());
    const offer = this.invite.body;
    const theirs = offer === '' ? undefined : readSdp(offer);
    const common = theirs?.codecs.filter((codec) => codecs.includes(codec)) ?? codecs;
    const body = writeSdp({ ip, port: audio.port }, common, { event: theirs?.eventPayloadType });
    const dialog = this.invite.answer({ body, headers });
    const conversation = new Conversation(this.phone, dialog, audio, toneHz);
    const ack = await dialog.acked;
    conversation.talk(offer === '' ? ack.text : offer);
    return conversation;
  }

  refuse(status: number, headers?: Record<string, string>): void {
    this.invite.refuse(status, { headers });
  }
}
