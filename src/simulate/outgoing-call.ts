import { SipFailure, type OutgoingInvite, type SipMessage } from '../embedded/sip-stack/index.js';
import { Conversation } from './conversation.js';
import type { Handset } from './handset.js';
import { textOf } from './message-text.js';
import type { RtpAudio } from './rtp-audio.js';
import { readSdp, writeSdp } from './sdp.js';

export interface DialOptions {
  /** User part of From where it is not the phone's own; '' writes an address without one. */
  from?: string;
  displayName?: string;
  headers?: Record<string, string>;
  /** false: an INVITE without SDP (RFC 3261 §13.2.1), the answer goes into the ACK. */
  offer?: boolean;
  /** In place of the phone's own SDP; or made of it. */
  sdp?: string | ((own: string) => string);
  callId?: string;
  /** Hz to send from the answer on; 0: silence. */
  toneHz?: number;
}

/** An INVITE that went out. */
export class OutgoingCall {
  /** Statuses and bodies of the provisional responses, in order. */
  readonly provisionals: SipMessage[] = [];
  /** Resolves at the first 180 or 183. */
  readonly ringing: Promise<SipMessage>;
  /** Rejects with SipFailure where the call is not answered. */
  readonly answered: Promise<Conversation>;

  constructor(
    private readonly phone: Handset,
    private readonly invite: OutgoingInvite,
    readonly audio: RtpAudio,
    { toneHz = 0, offer = true }: DialOptions,
  ) {
    this.ringing = new Promise((done) =>
      invite.onProgress((response) => {
        this.provisionals.push(response);
        phone.received.push(textOf(response));
        done(response);
      }),
    );
    this.answered = this.connect(toneHz, offer);
    this.answered.catch(() => undefined); // whoever awaits it learns of it
  }

  private async connect(toneHz: number, offered: boolean): Promise<Conversation> {
    const { dialog, response, ack } = await this.invite.answered;
    this.phone.received.push(textOf(response));
    const conversation = new Conversation(this.phone, dialog, this.audio, toneHz);
    if (!offered) {
      const { ip, codecs } = this.phone.options;
      ack(
        writeSdp({ ip, port: this.audio.port }, codecs, { event: readSdp(response.text).eventPayloadType }),
      );
    }
    conversation.talk(response.text);
    return conversation;
  }

  get sipCallId(): string {
    return this.invite.callId;
  }

  /** The final status: 200 and what else an INVITE ends in. */
  async status(): Promise<number> {
    try {
      await this.answered;
      return 200;
    } catch (error) {
      if (error instanceof SipFailure) return error.status;
      throw error;
    }
  }

  /** Gives up while it rings. */
  cancel(): void {
    this.invite.cancel();
  }
}
