import type { DialogEnd, InviteDialog } from '../embedded/sip-stack/index.js';
import type { Handset } from './handset.js';
import { textOf } from './message-text.js';
import type { RtpAudio } from './rtp-audio.js';
import { CODECS, readSdp, writeSdp, type Direction } from './sdp.js';

/** What an offer's direction is answered with (RFC 3264 §6.1). */
const MIRRORED: Record<Direction, Direction> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

/** An answered call as one of its two phones has it. */
export class Conversation {
  /** Resolves when the call is over, whoever ended it. */
  readonly ended: Promise<DialogEnd>;
  over = false;
  /** What NOTIFYs said of a transfer: the statuses of their SIP fragments (RFC 3420), in order. */
  readonly progress: number[] = [];
  private readonly progressWatchers = new Set<() => void>();
  private held = false;

  constructor(
    private readonly phone: Handset,
    readonly dialog: InviteDialog,
    readonly audio: RtpAudio,
    toneHz: number,
  ) {
    audio.tone(toneHz);
    phone.talks(this);
    this.ended = new Promise((done) =>
      dialog.onEnd((end) => {
        this.over = true;
        audio.pause();
        if (end.request) phone.received.push(textOf(end.request));
        done(end);
      }),
    );
    dialog.onReinvite((request) => {
      phone.received.push(textOf(request));
      if (request.text === '') return { body: this.sdp(this.held ? 'sendonly' : 'sendrecv') };
      this.talk(request.text);
      return { body: this.sdp(MIRRORED[readSdp(request.text).direction]) };
    });
    dialog.onRequest((request, transaction) => {
      phone.received.push(textOf(request));
      transaction.respond(/^(NOTIFY|INFO|OPTIONS|UPDATE)$/.test(request.method) ? 200 : 405);
      const status = request.method === 'NOTIFY' && /^SIP\/2\.0 (\d{3})/.exec(request.text)?.[1];
      if (status) this.progress.push(Number(status));
      for (const watcher of this.progressWatchers) watcher();
    });
    dialog.onAck((ack) => {
      if (ack.text !== '') this.talk(ack.text);
    });
  }

  /** Sends sound to where the other side's SDP says. */
  talk(sdp: string): void {
    const { to, codecs, eventPayloadType } = readSdp(sdp);
    const codec = codecs.find((one) => this.phone.options.codecs.includes(one));
    if (codec && !this.held) this.audio.sendTo(to, CODECS[codec], eventPayloadType);
  }

  private sdp(direction: Direction): string {
    const { ip, codecs } = this.phone.options;
    return writeSdp({ ip, port: this.audio.port }, codecs, { direction });
  }

  private async reinvite(direction: Direction): Promise<Direction> {
    const { response } = await this.dialog.reinvite({ body: this.sdp(direction) });
    this.phone.received.push(textOf(response));
    this.talk(response.text);
    return readSdp(response.text).direction;
  }

  /** Puts the other side on hold (RFC 3264 §8.4). @returns the direction it answered with */
  async hold(): Promise<Direction> {
    this.held = true;
    this.audio.pause();
    return this.reinvite('sendonly');
  }

  async resume(): Promise<Direction> {
    this.held = false;
    return this.reinvite('sendrecv');
  }

  /**
   * Asks the exchange to connect the other side with somebody else (RFC 3515).
   * @param consult attended: the conversation with him, whose place the other side takes (RFC 3891)
   * @returns the status it was answered with
   */
  async refer(
    number: string,
    { consult, headers }: { consult?: Conversation; headers?: Record<string, string> } = {},
  ): Promise<number> {
    const { ip } = this.phone.options.server;
    const replaces = consult
      ? `?Replaces=${encodeURIComponent(`${consult.dialog.callId};to-tag=${consult.dialog.remoteTag};from-tag=${consult.dialog.localTag}`)}`
      : '';
    const response = await this.dialog.request('REFER', {
      headers: {
        'Refer-To': `<sip:${number}@${ip}${replaces}>`,
        'Referred-By': `<sip:${this.phone.options.user}@${ip}>`,
        Contact: `<sip:${this.phone.options.user}@${this.phone.options.ip}:${this.phone.sipPort}>`,
        ...headers,
      },
    });
    this.phone.received.push(textOf(response));
    return response.status;
  }

  /** The last word on a transfer: the first status of 200 or more. */
  outcome(): Promise<number> {
    return new Promise((done) => {
      const look = () => {
        const last = this.progress.find((status) => status >= 200);
        if (last === undefined) return;
        this.progressWatchers.delete(look);
        done(last);
      };
      this.progressWatchers.add(look);
      look();
    });
  }

  hangUp(): Promise<void> {
    return this.dialog.bye();
  }
}
