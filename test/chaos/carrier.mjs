// The carrier: places the calls and keeps its own count of what each INVITE was answered with.
import { clearTimeout } from 'node:timers';
import { branch, IP, message, openSip, response, sdp, sendUntilStopped, token, uriOf } from './sip.mjs';
import { Sound } from './sound.mjs';

/** How long a caller waits for anything at all, and for a final answer. */
const PATIENCE_MS = 20_000;
const LAST_WORD_MS = 6_000;
/** A manager who was to hang up and does not, as his phone or its exchange is gone: the caller does. */
const LONGEST_TALK_MS = 12_000;

export class Carrier {
  #calls = new Map();
  #socket;
  #sound;
  #serverPort;
  #waiting = [];
  /** One record a call placed: caller, kind, responses (statuses, 100 too), placedAt, overAt, how it ended here. */
  records = [];

  static async open(serverPort) {
    const carrier = new Carrier();
    carrier.#serverPort = serverPort;
    carrier.#sound = await Sound.open();
    carrier.#socket = await openSip((received) => carrier.#receive(received));
    return carrier;
  }

  get contact() {
    return `<sip:carrier@${IP}:${this.#socket.address().port}>`;
  }

  get packetsReceived() {
    return this.#sound.received;
  }

  /** Calls that are not over. */
  get live() {
    return this.#calls.size;
  }

  /** @param call kind, caller, talkMs of the plan; number: the company number it dials */
  place({ kind, caller, talkMs, number }) {
    const record = { caller, kind, responses: [], placedAt: Date.now(), end: undefined };
    this.records.push(record);
    const call = {
      record,
      kind,
      talkMs,
      callId: `${token()}@chaos`,
      target: `sip:${number}@${IP}:${this.#serverPort}`,
      from: `<sip:${caller}@${IP}>;tag=${token()}`,
      to: `<sip:${number}@${IP}>`,
      branch: branch(),
      cseq: 1,
      timers: new Set(),
      stop: () => undefined,
    };
    record.callId = call.callId;
    call.requestUri = call.target;
    this.#calls.set(call.callId, call);
    this.#later(call, PATIENCE_MS, () => this.#giveUp(call));
    call.stop = sendUntilStopped(
      () => this.#request(call, 'INVITE', 1, call.branch, sdp(this.#sound.port)),
      PATIENCE_MS,
    );
  }

  /** Resolves when every call is over. */
  untilQuiet() {
    return this.#calls.size === 0 ? Promise.resolve() : new Promise((done) => this.#waiting.push(done));
  }

  close() {
    for (const call of this.#calls.values()) this.#over(call, 'the campaign is over');
    this.#sound.close();
    this.#socket.close();
  }

  #later(call, ms, run) {
    const timer = setTimeout(run, ms);
    call.timers.add(timer);
  }

  #send(text) {
    this.#socket.send(text, this.#serverPort, IP);
  }

  #request(call, method, cseq, via, body = '') {
    this.#send(
      message(
        `${method} ${call.requestUri} SIP/2.0`,
        {
          Via: `SIP/2.0/UDP ${IP}:${this.#socket.address().port};branch=${via};rport`,
          'Max-Forwards': 70,
          From: call.from,
          To: call.to,
          'Call-ID': call.callId,
          CSeq: `${cseq} ${method}`,
          Contact: this.contact,
        },
        body,
      ),
    );
  }

  #over(call, how) {
    if (!this.#calls.delete(call.callId)) return;
    call.stop();
    for (const timer of call.timers) clearTimeout(timer);
    this.#sound.stop(call.callId);
    call.record.overAt = Date.now();
    call.record.end = how;
    if (this.#calls.size === 0) for (const done of this.#waiting.splice(0)) done();
  }

  #receive(received) {
    const call = this.#calls.get(received.callId);
    if (received.status === undefined) return this.#onRequest(call, received);
    if (!call) return this.#onLate(received);
    if (received.cseqMethod === 'INVITE') return this.#onInviteResponse(call, received);
    if (received.cseqMethod === 'BYE' && received.status >= 200) return this.#over(call, 'hung up');
    if (received.cseqMethod === 'CANCEL') call.stop();
  }

  #onInviteResponse(call, received) {
    const { status } = received;
    call.record.responses.push(status);
    if (status < 200) {
      if (!call.cancelling) call.stop();
      if (status === 100 || call.ringing) return;
      call.ringing = true;
      if (call.kind === 'cancelled') this.#later(call, call.talkMs, () => this.#cancel(call));
      return;
    }
    call.stop();
    call.to = received.header('to');
    if (status >= 300) {
      this.#request(call, 'ACK', 1, call.branch); // RFC 3261 §17.1.1.3
      return this.#over(call, `refused with ${status}`);
    }
    call.requestUri = uriOf(received.header('contact'));
    this.#request(call, 'ACK', 1, branch());
    if (call.answered) return;
    call.answered = true;
    this.#sound.start(call.callId, received.body);
    if (call.cancelling) return this.#bye(call);
    this.#later(call, call.kind === 'manager-hangs-up' ? LONGEST_TALK_MS : call.talkMs, () =>
      this.#bye(call),
    );
  }

  /** After the end: a final response that is repeated wants its ACK again, a late 200 a BYE as well. */
  #onLate(received) {
    const { status, cseqMethod, callId } = received;
    if (cseqMethod !== 'INVITE') return;
    const record = this.records.find((one) => one.callId === callId);
    record?.responses.push(status);
    if (status < 200) return;
    const call = {
      callId,
      from: received.header('from'),
      to: received.header('to'),
      requestUri: status < 300 ? uriOf(received.header('contact')) : `sip:${IP}:${this.#serverPort}`,
    };
    const via = /branch=([^;]+)/.exec(received.header('via'))?.[1] ?? branch();
    this.#request(call, 'ACK', received.cseq, status < 300 ? branch() : via);
    if (status < 300) this.#request(call, 'BYE', received.cseq + 1, branch());
  }

  #onRequest(call, received) {
    if (received.method === 'ACK') return;
    if (!call) return this.#send(response(received, 481));
    if (received.method === 'INVITE') {
      if (received.body) this.#sound.start(call.callId, received.body);
      const body = sdp(this.#sound.port);
      return this.#send(response(received, 200, { contact: this.contact, body }));
    }
    this.#send(response(received, 200, { contact: this.contact }));
    if (received.method === 'BYE') this.#over(call, 'the other side hung up');
  }

  #cancel(call) {
    if (call.answered || call.cancelling) return;
    call.cancelling = true;
    call.stop();
    call.stop = sendUntilStopped(() => this.#request(call, 'CANCEL', 1, call.branch), LAST_WORD_MS);
    this.#later(call, LAST_WORD_MS, () => {
      if (!call.answered) this.#over(call, 'no answer, no word after the CANCEL');
    });
  }

  #giveUp(call) {
    if (call.answered) return;
    if (call.record.responses.length > 0) this.#cancel(call);
    else this.#over(call, 'no answer at all');
  }

  #bye(call) {
    if (call.leaving) return;
    call.leaving = true;
    const via = branch();
    call.cseq += 1;
    call.stop();
    call.stop = sendUntilStopped(
      () => this.#request(call, 'BYE', call.cseq, via),
      LAST_WORD_MS,
      () => this.#over(call, 'hung up, nobody heard'),
    );
  }
}
