import { UA } from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { PhoneCredentials } from '../../contracts/phone.js';
import { API } from '../api/endpoints.js';
import { request, RequestError } from '../api/request.js';
import { audioChoice, microphone } from './audio-choice.js';
import type { Notice, PhoneCommand, PhoneState, PhoneStatus } from './phone-state.js';
import { SipCall } from './sip-call.js';
import { answers, PageSocket } from './sip-link.js';

/** Seconds; a browser that is gone without a word rings in vain no longer than that. */
const REGISTER_S = 120;
/** New credentials are fetched so long before the old ones end, ms. */
const AHEAD_MS = 5 * 60_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** The machine slept when this ticks so late, ms. */
const TICK_MS = 5_000;
const SLEPT_MS = 15_000;
/** How long the server may take to answer after a sleep, ms; then the connection is made anew. */
const ANSWER_MS = 4_000;
/** A call that the person asked for rings within this, ms. */
const EXPECT_MS = 15_000;
const INSTANCE = 'linekeeper.instance';

/** The phone itself: registers as the person's extension, rings, calls. One tab of a browser has it. */
export class SipPhone {
  private readonly calls = new Map<string, SipCall>();
  private ua: UA | undefined;
  private socket: PageSocket | undefined;
  private uri = '';
  private iceServers: RTCIceServer[] = [];
  private status: PhoneStatus = 'connecting';
  private notice: PhoneState['notice'] = null;
  private notices = 0;
  private expected: { party: string | null; until: number } = { party: null, until: 0 };
  private renewal: ReturnType<typeof setTimeout> | undefined;
  /** A question whether the server still answers is under way. */
  private isAsking = false;
  /** How often the connection was lost, and as of when the calls have been renewed. */
  private losses = 0;
  private renewedLosses = 0;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private waitMs = FIRST_WAIT_MS;
  private stopped = false;

  constructor(private readonly tell: (state: PhoneState) => void) {}

  start(): void {
    window.addEventListener('online', this.wake);
    window.addEventListener('pagehide', this.leave);
    let last = Date.now();
    this.ticking = setInterval(() => {
      if (Date.now() - last > SLEPT_MS) this.awake();
      last = Date.now();
    }, TICK_MS);
    void this.renew();
  }

  stop(): void {
    window.removeEventListener('online', this.wake);
    window.removeEventListener('pagehide', this.leave);
    clearInterval(this.ticking);
    clearTimeout(this.renewal);
    this.leave();
  }

  do(command: PhoneCommand): void {
    if (command.do === 'call') return void this.call(command.to);
    if (command.do === 'expect') {
      this.expected = { party: command.party, until: Date.now() + EXPECT_MS };
      return;
    }
    const call = this.calls.get(command.id);
    if (!call) return;
    switch (command.do) {
      case 'answer':
        this.holdOthers(call);
        return void call.answer();
      case 'hang-up':
        return call.hangUp();
      case 'hold':
        if (!command.on) this.holdOthers(call);
        return call.hold(command.on);
      case 'mute':
        return call.mute(command.on);
      case 'key':
        return call.press(command.key);
      case 'pass-on':
        return call.passOn(command.to);
      case 'connect': {
        const other = this.calls.get(command.other);
        return other && call.passOn(other.view.name, other);
      }
    }
  }

  private async call(to: string): Promise<void> {
    if (!this.ua || !/^[0-9*#]{2,20}$/.test(to)) return;
    this.holdOthers();
    const mediaConstraints = await microphone(audioChoice());
    this.ua.call(to, {
      mediaConstraints,
      pcConfig: { iceServers: this.iceServers },
    });
  }

  private holdOthers(but?: SipCall): void {
    for (const call of this.calls.values()) if (call !== but) call.hold(true);
  }

  /** Fetches credentials and registers with them, now and before they end; tries again until it is told to stop. */
  private async renew(): Promise<void> {
    clearTimeout(this.renewal);
    let waitMs = this.waitMs;
    try {
      const credentials = await request(API.phoneCredentials, {});
      if (this.stopped) return;
      this.use(credentials);
      waitMs = Math.max(FIRST_WAIT_MS, Date.parse(credentials.expiresAt) - Date.now() - AHEAD_MS);
    } catch (error) {
      const isFinal = error instanceof RequestError && [401, 403, 409].includes(error.status);
      this.show(isFinal ? 'no-extension' : 'lost');
      this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
      if (isFinal) return;
    }
    this.renewal = setTimeout(() => void this.renew(), waitMs);
  }

  private use(credentials: PhoneCredentials): void {
    const { username, password, uri, realm, webSocketPath, iceServers } = credentials;
    this.iceServers = iceServers as RTCIceServer[];
    this.uri = uri;
    if (this.ua) {
      this.ua.set('authorization_user', username);
      this.ua.set('password', password);
      return this.ua.register();
    }
    this.socket = new PageSocket(`${location.origin.replace(/^http/, 'ws')}${webSocketPath}`);
    const ua = new UA({
      sockets: [this.socket],
      uri,
      realm,
      authorization_user: username,
      password,
      instance_id: instanceId(),
      register_expires: REGISTER_S,
      session_timers: false,
      no_answer_timeout: 180,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
      user_agent: 'Linekeeper browser phone',
    });
    this.ua = ua;
    ua.on('connecting', () => this.show('connecting'));
    ua.on('disconnected', () => this.lost());
    ua.on('registered', () => {
      this.waitMs = FIRST_WAIT_MS;
      this.show('ready');
      this.renewCalls();
    });
    ua.on('registrationFailed', ({ response }) => this.refused(response));
    ua.on('newRTCSession', ({ session }: { session: RTCSession }) => this.take(session));
    ua.start();
  }

  /** The credentials have ended, or the extension has as many devices as it may. */
  private refused(response: { status_code: number; reason_phrase: string } | null): void {
    if (this.stopped || !response) return; // without an answer the library tries again
    this.show(/devices/i.test(response.reason_phrase) ? 'too-many-devices' : 'lost');
    clearTimeout(this.renewal);
    this.renewal = setTimeout(() => void this.renew(), this.waitMs);
    this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
  }

  private take(session: RTCSession): void {
    const call: SipCall = new SipCall(session, this.iceServers, {
      changed: () => this.show(),
      over: () => {
        this.calls.delete(call.id);
        this.show();
      },
      notice: (what) => this.say(what),
      seek: this.wake,
    });
    this.calls.set(call.id, call);
    this.show();
    const { state, party } = call.view;
    if (state === 'ringing' && party === this.expected.party && Date.now() < this.expected.until) {
      this.expected.party = null;
      this.holdOthers(call);
      void call.answer();
    }
  }

  /** Who talks goes on talking; of who rings nothing more is heard. */
  private lost(): void {
    this.losses += 1;
    for (const call of this.calls.values()) call.ringsNoMore();
    this.show('lost');
  }

  /** The machine slept: who rang has given up since. */
  private awake(): void {
    for (const call of this.calls.values()) call.ringsNoMore();
    this.wake();
  }

  /** After sleep, a lost network, or when a call falls silent: whether the connection still lives shows when it is used. */
  private readonly wake = (): void => void this.ask();

  private async ask(): Promise<void> {
    const { ua, socket, losses } = this;
    if (!ua || !socket?.isConnected() || this.isAsking) return;
    this.isAsking = true;
    ua.register();
    const isAlive = await answers(ua, this.uri, ANSWER_MS);
    this.isAsking = false;
    if (this.stopped || losses !== this.losses) return; // it was lost meanwhile, and is being made anew
    if (isAlive) this.renewCalls();
    else socket.drop(); // registers when it is connected again
  }

  private renewCalls(): void {
    const isNew = this.losses !== this.renewedLosses;
    this.renewedLosses = this.losses;
    for (const call of this.calls.values()) call.renew(isNew);
  }

  /** The tab closes: whoever is at the line is told, and the browser rings no more. */
  private readonly leave = (): void => {
    this.stopped = true;
    this.ua?.stop();
  };

  private say(what: Notice): void {
    this.notice = { what, id: (this.notices += 1) };
    this.show();
  }

  private show(status = this.status): void {
    this.status = status;
    if (this.stopped) return;
    this.tell({ status, calls: [...this.calls.values()].map(({ view }) => view), notice: this.notice });
  }
}

/** The same after a reload, so that it takes the place of what was registered before (RFC 5626 §4.1). */
function instanceId(): string {
  const known = localStorage.getItem(INSTANCE);
  if (known) return known;
  const made = crypto.randomUUID();
  localStorage.setItem(INSTANCE, made);
  return made;
}
