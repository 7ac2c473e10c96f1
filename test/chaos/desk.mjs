// A manager's phone that always does the same with a call that comes in.
import { clearInterval, clearTimeout, setInterval } from 'node:timers';
import {
  authorization,
  branch,
  IP,
  message,
  openSip,
  response,
  sdp,
  sendUntilStopped,
  token,
  uriOf,
  userOf,
} from './sip.mjs';
import { between, randomFrom } from './random.mjs';
import { Sound } from './sound.mjs';

const REGISTER_EVERY_MS = 15_000;
const LONGEST_TALK_MS = 15_000;
const ANSWER_AFTER_MS = [50, 400];
const HANG_UP_AFTER_MS = [300, 3_000];

/** What it does, by the kind of call that its company number is for. */
const MANNERS = {
  'caller-hangs-up': 'answer',
  'manager-hangs-up': 'answer and hang up',
  missed: 'ring',
  busy: 'refuse',
  cancelled: 'ring',
};

export class Desk {
  #calls = new Map();
  #socket;
  #sound;
  #timer;
  #cseq = 0;
  #registration = {};
  #options;
  #random;
  /** What its display showed, one for each call: the clients' codes. */
  shown = [];
  registered = false;

  /** @param options kind, extension, password, serverPort, seed */
  static async open(options) {
    const desk = new Desk();
    desk.#options = options;
    desk.#random = randomFrom(`${options.seed} ${options.kind}`);
    desk.#registration = { callId: `${token()}@desk`, tag: token() };
    desk.#sound = await Sound.open();
    desk.#socket = await openSip((received) => desk.#receive(received));
    desk.#timer = setInterval(() => desk.#register(), REGISTER_EVERY_MS);
    desk.#register();
    return desk;
  }

  get packetsReceived() {
    return this.#sound.received;
  }

  close() {
    clearInterval(this.#timer);
    for (const call of this.#calls.values()) this.#over(call);
    this.#sound.close();
    this.#socket.close();
  }

  get #contact() {
    return `<sip:${this.#options.extension}@${IP}:${this.#socket.address().port}>`;
  }

  #send(text) {
    this.#socket.send(text, this.#options.serverPort, IP);
  }

  #via(value = branch()) {
    return `SIP/2.0/UDP ${IP}:${this.#socket.address().port};branch=${value};rport`;
  }

  #register(more = {}) {
    const { extension, serverPort } = this.#options;
    const uri = `sip:${IP}:${serverPort}`;
    this.#cseq += 1;
    this.#send(
      message(`REGISTER ${uri} SIP/2.0`, {
        Via: this.#via(),
        'Max-Forwards': 70,
        From: `<sip:${extension}@${IP}>;tag=${this.#registration.tag}`,
        To: `<sip:${extension}@${IP}>`,
        'Call-ID': this.#registration.callId,
        CSeq: `${this.#cseq} REGISTER`,
        Contact: this.#contact,
        Expires: 600,
        ...more,
      }),
    );
  }

  #receive(received) {
    if (received.status !== undefined) return this.#onResponse(received);
    const call = this.#calls.get(received.callId);
    switch (received.method) {
      case 'INVITE':
        return call ? this.#onAgain(call, received) : this.#onInvite(received);
      case 'ACK':
        return call?.stop();
      case 'CANCEL':
        return this.#onCancel(call, received);
      case 'BYE':
        this.#send(response(received, call ? 200 : 481));
        return call && this.#over(call);
      default:
        return this.#send(response(received, 200, { toTag: token(), contact: this.#contact }));
    }
  }

  #onResponse(received) {
    if (received.cseqMethod === 'REGISTER') {
      if (received.status === 200) this.registered = true;
      if (received.status !== 401 || received.cseq !== this.#cseq) return;
      const { extension, password, serverPort } = this.#options;
      const whom = { user: extension, password, method: 'REGISTER', uri: `sip:${IP}:${serverPort}` };
      return this.#register({ Authorization: authorization(received.headers.get('www-authenticate'), whom) });
    }
    const call = this.#calls.get(received.callId);
    if (call && received.cseqMethod === 'BYE' && received.status >= 200) this.#over(call);
  }

  #onInvite(invite) {
    if (/;tag=/.test(invite.header('to'))) return this.#send(response(invite, 481)); // a dialog of before
    const call = { invite, toTag: token(), stop: () => undefined, timers: [] };
    this.#calls.set(invite.callId, call);
    this.shown.push(userOf(invite.header('from')));
    this.#answerWith(call, 180);
    switch (MANNERS[this.#options.kind]) {
      case 'refuse':
        this.#answerWith(call, 486);
        return this.#later(call, 5_000, () => this.#over(call));
      case 'ring':
        return this.#later(call, 60_000, () => this.#over(call));
      default:
        return this.#later(call, between(this.#random, ...ANSWER_AFTER_MS), () => this.#answer(call));
    }
  }

  #answerWith(call, status, body) {
    call.last = response(call.invite, status, { toTag: call.toTag, contact: this.#contact, body });
    this.#send(call.last);
  }

  #answer(call) {
    call.answered = true;
    const body = sdp(this.#sound.port);
    call.stop = sendUntilStopped(
      () => this.#answerWith(call, 200, body),
      10_000,
      () => this.#over(call),
    );
    if (call.invite.body) this.#sound.start(call.invite.callId, call.invite.body);
    const hangsUp = MANNERS[this.#options.kind] === 'answer and hang up';
    const afterMs = hangsUp ? between(this.#random, ...HANG_UP_AFTER_MS) : LONGEST_TALK_MS;
    this.#later(call, afterMs, () => this.#bye(call));
  }

  /** The same INVITE once more, or a re-INVITE of the dialog. */
  #onAgain(call, invite) {
    if (invite.cseq === call.invite.cseq) return call.last && this.#send(call.last);
    if (invite.body) this.#sound.start(invite.callId, invite.body);
    this.#send(response(invite, 200, { contact: this.#contact, body: sdp(this.#sound.port) }));
  }

  #onCancel(call, cancel) {
    this.#send(response(cancel, call ? 200 : 481, { toTag: call?.toTag }));
    if (!call || call.answered) return;
    this.#answerWith(call, 487);
    this.#over(call);
  }

  #bye(call) {
    const { invite, toTag } = call;
    const via = this.#via();
    call.stop();
    const text = message(`BYE ${uriOf(invite.header('contact'))} SIP/2.0`, {
      Via: via,
      'Max-Forwards': 70,
      From: `${invite.header('to')};tag=${toTag}`,
      To: invite.header('from'),
      'Call-ID': invite.callId,
      CSeq: '1 BYE',
    });
    call.stop = sendUntilStopped(
      () => this.#send(text),
      6_000,
      () => this.#over(call),
    );
  }

  #later(call, ms, run) {
    call.timers.push(setTimeout(run, ms));
  }

  #over(call) {
    call.stop();
    for (const timer of call.timers) clearTimeout(timer);
    this.#sound.stop(call.invite.callId);
    this.#calls.delete(call.invite.callId);
  }
}
