import { UserAgent, type IncomingInvite, type SipMessage } from '../embedded/sip-stack/index.js';
import type { Handset, HandsetOptions, PhoneOptions, Talk } from './handset.js';
import { IncomingCall } from './incoming-call.js';
import { textOf } from './message-text.js';
import { OutgoingCall, type DialOptions } from './outgoing-call.js';
import { RtpAudio } from './rtp-audio.js';
import { writeSdp } from './sdp.js';

/** A telephone (or, on the other side, a carrier) made of real SIP and RTP sockets, moved by a script. */
export class Phone implements Handset {
  private readonly agent: UserAgent;
  private readonly arrived: IncomingCall[] = [];
  private readonly waiting: ((call: IncomingCall) => void)[] = [];
  private handler?: (call: IncomingCall) => void | Promise<void>;
  private readonly audios = new Set<RtpAudio>();
  private readonly conversations = new Set<Talk>();
  private readonly outgoing = new Set<OutgoingCall>();
  /** Where it listens for SIP. */
  sipPort = 0;
  private registerCallId = `${Math.random().toString(36).slice(2)}@phone`;
  private registerCseq = 0;
  /** Every SIP message received, as text. */
  readonly received: string[] = [];
  /** How many INVITEs came, taken from the queue or not. */
  rung = 0;

  private constructor(readonly options: HandsetOptions) {
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
  talks(conversation: Talk): void {
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
