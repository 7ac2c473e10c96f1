import { UA, WebSocketInterface } from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { PhoneCredentials } from '../../contracts/phone.js';
import { API } from '../api/endpoints.js';
import { request, RequestError } from '../api/request.js';
import { audioChoice, microphone } from './audio-choice.js';
import type { Notice, PhoneCommand, PhoneState, PhoneStatus } from './phone-state.js';
import { SipCall } from './sip-call.js';

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

/** A connection that can be given up: a browser notices a dead one only after minutes. */
class PageSocket extends WebSocketInterface {
  drop(): void {
    this.disconnect();
    (this as unknown as { ondisconnect(error: boolean): void }).ondisconnect(true);
  }
}

/** The phone itself: registers as the person's extension, rings, calls. One tab of a browser has it. */
export class SipPhone {
  private readonly calls = new Map<string, SipCall>();
  private ua: UA | undefined;
  private socket: PageSocket | undefined;
  private iceServers: RTCIceServer[] = [];
  private status: PhoneStatus = 'connecting';
  private notice: PhoneState['notice'] = null;
  private notices = 0;
  private expected: { party: string | null; until: number } = { party: null, until: 0 };
  private renewal: ReturnType<typeof setTimeout> | undefined;
  private waking: ReturnType<typeof setTimeout> | undefined;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private waitMs = FIRST_WAIT_MS;
  private stopped = false;

  constructor(private readonly tell: (state: PhoneState) => void) {}

  start(): void {
    window.addEventListener('online', this.wake);
    window.addEventListener('pagehide', this.leave);
    let last = Date.now();
    this.ticking = setInterval(() => {
      if (Date.now() - last > SLEPT_MS) this.wake();
      last = Date.now();
    }, TICK_MS);
    void this.renew();
  }

  stop(): void {
    window.removeEventListener('online', this.wake);
    window.removeEventListener('pagehide', this.leave);
    clearInterval(this.ticking);
    clearTimeout(this.renewal);
    clearTimeout(this.waking);
    this.leave();
  }

  do(command: PhoneCommand): void {
    if (command.do === 'call') return this.call(command.to);
    if (command.do === 'expect') {
      this.expected = { party: command.party, until: Date.now() + EXPECT_MS };
      return;
    }
    const call = this.calls.get(command.id);
    if (!call) return;
    switch (command.do) {
      case 'answer':
        this.holdOthers(call);
        return call.answer();
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

  private call(to: string): void {
    if (!this.ua || !/^[0-9*#]{2,20}$/.test(to)) return;
    this.holdOthers();
    this.ua.call(to, {
      mediaConstraints: microphone(audioChoice()),
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
    ua.on('disconnected', () => this.show('lost'));
    ua.on('registered', () => {
      clearTimeout(this.waking);
      this.waitMs = FIRST_WAIT_MS;
      this.show('ready');
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
    });
    this.calls.set(call.id, call);
    this.show();
    const { state, party } = call.view;
    if (state === 'ringing' && party === this.expected.party && Date.now() < this.expected.until) {
      this.expected.party = null;
      this.holdOthers(call);
      call.answer();
    }
  }

  /** After sleep or a lost network: whether the connection still lives shows when it is used. */
  private readonly wake = (): void => {
    const { ua, socket } = this;
    if (!ua || !socket?.isConnected()) return;
    clearTimeout(this.waking);
    this.waking = setTimeout(() => socket.drop(), ANSWER_MS);
    ua.register();
  };

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
