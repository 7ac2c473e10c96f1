import {
  SipFailure,
  UserAgent,
  type DialogEnd,
  type IncomingInvite,
  type InviteDialog,
  type OutgoingInvite,
  type SipMessage,
  type SipProtocol,
} from '../embedded/sip-stack/index.js';
import { RtpAudio } from './rtp-audio.js';
import { CODECS, readSdp, writeSdp, type CodecName, type Direction } from './sdp.js';

export interface PhoneOptions {
  /** Where the exchange listens. */
  server: { ip: string; port: number };
  /** The user part of its address: an extension, or what a carrier shows as the caller. */
  user: string;
  password?: string;
  displayName?: string;
  protocol?: SipProtocol;
  /** In the order of preference. */
  codecs?: readonly CodecName[];
  /** Own address for SIP and sound. */
  ip?: string;
  /** false: it says nothing before its final response, as a gateway that is full. */
  rings?: boolean;
  /** Timer T1 in ms, shorter in tests of what is never answered. */
  t1?: number;
}

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

/** A telephone (or, on the other side, a carrier) made of real SIP and RTP sockets, moved by a script. */
export class Phone {
  private readonly agent: UserAgent;
  private readonly arrived: IncomingCall[] = [];
  private readonly waiting: ((call: IncomingCall) => void)[] = [];
  private handler?: (call: IncomingCall) => void | Promise<void>;
  private readonly audios = new Set<RtpAudio>();
  private readonly conversations = new Set<Conversation>();
  private readonly outgoing = new Set<OutgoingCall>();
  /** Where it listens for SIP. */
  sipPort = 0;
  private registerCallId = `${Math.random().toString(36).slice(2)}@phone`;
  private registerCseq = 0;
  /** Every SIP message received, as text. */
  readonly received: string[] = [];
  /** How many INVITEs came, taken from the queue or not. */
  rung = 0;

  private constructor(readonly options: Required<Omit<PhoneOptions, 'password'>> & { password?: string }) {
    this.agent = new UserAgent({
      user: options.user,
      userAgent: 'Linekeeper phone',
      timers: { t1: options.t1 },
    });
    this.agent.onInvite((invite) => this.take(invite));
  }

  /** A phone that listens on a free port of its address. */
  static async open(options: PhoneOptions): Promise<Phone> {
    const phone = new Phone({
      displayName: '',
      protocol: 'udp',
      codecs: ['PCMA', 'PCMU'],
      ip: '127.0.0.1',
      rings: true,
      t1: 500,
      ...options,
    });
    const { protocol, ip } = phone.options;
    const listening = await phone.agent.listen({ protocol, ip, port: 0 });
    phone.sipPort = listening.port;
    return phone;
  }

  private get target() {
    const { server, protocol } = this.options;
    return { protocol, address: server.ip, port: server.port };
  }

  private address(user = this.options.user, displayName = this.options.displayName): string {
    const at = user === '' ? '' : `${user}@`;
    return `${displayName === '' ? '' : `"${displayName}" `}<sip:${at}${this.options.server.ip}>`;
  }

  /**
   * Registers for `expiresS` seconds; 0 takes the registration back.
   * @returns the final response, whatever it says
   */
  async register(expiresS = 300): Promise<SipMessage> {
    const { server, user, password, protocol, ip } = this.options;
    const transport = protocol === 'udp' ? '' : `;transport=${protocol}`;
    this.registerCseq += 2; // the challenge takes one
    const response = await this.agent.request({
      method: 'REGISTER',
      uri: `sip:${server.ip}:${server.port}${transport}`,
      target: this.target,
      from: this.address(),
      to: this.address(),
      callId: this.registerCallId,
      cseq: this.registerCseq,
      headers: { Contact: `<sip:${user}@${ip}:${this.sipPort}${transport}>`, Expires: String(expiresS) },
      ...(password !== undefined && { credentials: { username: user, password } }),
    });
    this.received.push(textOf(response));
    return response;
  }

  /** Calls a number of the exchange. */
  async dial(number: string, options: DialOptions = {}): Promise<OutgoingCall> {
    const { server, ip, codecs, password, user } = this.options;
    const audio = await this.openAudio();
    const { sdp = (own: string) => own } = options;
    const offer = typeof sdp === 'string' ? sdp : sdp(writeSdp({ ip, port: audio.port }, codecs));
    const body = options.offer === false ? undefined : offer;
    const invite = this.agent.invite({
      uri: `sip:${number}@${server.ip}:${server.port}`,
      target: this.target,
      from: this.address(options.from, options.displayName),
      to: `<sip:${number}@${server.ip}>`,
      headers: options.headers,
      callId: options.callId,
      body,
      ...(password !== undefined && { credentials: { username: user, password } }),
    });
    const call = new OutgoingCall(this, invite, audio, options);
    this.outgoing.add(call);
    return call;
  }

  /** The next call that comes in; it rings (180) until answered or refused. */
  incoming(): Promise<IncomingCall> {
    const arrived = this.arrived.shift();
    return arrived ? Promise.resolve(arrived) : new Promise((done) => this.waiting.push(done));
  }

  /** For each call that comes in and that no incoming() waits for. */
  onIncoming(handler: (call: IncomingCall) => void | Promise<void>): void {
    this.handler = handler;
    for (const call of this.arrived.splice(0)) void handler(call);
  }

  private take(invite: IncomingInvite): void {
    this.rung += 1;
    this.received.push(textOf(invite.request));
    const call = new IncomingCall(this, invite);
    const next = this.waiting.shift() ?? this.handler;
    if (next) void next(call);
    else this.arrived.push(call);
  }

  /** Told of each conversation as it begins. */
  talks(conversation: Conversation): void {
    this.conversations.add(conversation);
  }

  /** Ends whatever goes on: hangs up, gives up, turns away, waits for no call any more. */
  async fallSilent(): Promise<void> {
    this.waiting.length = 0;
    for (const call of this.outgoing) call.cancel();
    for (const call of this.arrived.splice(0)) call.refuse(480);
    await Promise.all([...this.conversations].filter(({ over }) => !over).map((one) => one.hangUp()));
    for (const audio of this.audios) audio.close();
    this.outgoing.clear();
    this.conversations.clear();
    this.audios.clear();
  }

  async openAudio(): Promise<RtpAudio> {
    const audio = await RtpAudio.open(this.options.ip);
    this.audios.add(audio);
    return audio;
  }

  /** Is gone, without a word to anyone. */
  async close(): Promise<void> {
    for (const audio of this.audios) audio.close();
    this.audios.clear();
    await this.agent.close();
  }
}

export const textOf = (message: SipMessage): string =>
  [
    message.isRequest ? `${message.method} ${message.uri}` : `${message.status} ${message.reason}`,
    ...message.headers.map(({ name, value }) => `${name}: ${value}`),
    '',
    message.text,
  ].join('\n');

/** An INVITE that came in and rings. */
export class IncomingCall {
  /** Resolves when the other side takes the INVITE back. */
  readonly cancelled: Promise<SipMessage>;
  private audio?: RtpAudio;

  constructor(
    private readonly phone: Phone,
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

/** An INVITE that went out. */
export class OutgoingCall {
  /** Statuses and bodies of the provisional responses, in order. */
  readonly provisionals: SipMessage[] = [];
  /** Resolves at the first 180 or 183. */
  readonly ringing: Promise<SipMessage>;
  /** Rejects with SipFailure where the call is not answered. */
  readonly answered: Promise<Conversation>;

  constructor(
    private readonly phone: Phone,
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
    private readonly phone: Phone,
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
