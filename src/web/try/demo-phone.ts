import { UA, WebSocketInterface } from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { DemoLine } from '../../contracts/phone.js';
import { audioChoice, microphone } from '../phone/audio-choice.js';
import type { Notice, PhoneCall } from '../phone/phone-state.js';
import { SipCall } from '../phone/sip-call.js';

const ANY_DOMAIN = 'linekeeper.invalid';

export interface DemoState {
  call: PhoneCall | null;
  notice: Notice | null;
}

/** A client's telephone: it registers nowhere, and calls the one number. */
export class DemoPhone {
  private readonly ua: UA;
  private call: SipCall | undefined;
  private notice: Notice | null = null;

  constructor(
    private readonly line: DemoLine,
    private readonly tell: (state: DemoState) => void,
  ) {
    this.ua = new UA({
      sockets: [new WebSocketInterface(`${location.origin.replace(/^http/, 'ws')}${line.webSocketPath}`)],
      uri: `sip:${line.from}@${ANY_DOMAIN}`,
      register: false,
      session_timers: false,
      connection_recovery_max_interval: 5,
    });
    this.ua.on('newRTCSession', ({ session }: { session: RTCSession }) => this.take(session));
    this.ua.on('connected', () => this.call?.renew(true)); // again: the connection was lost
    this.ua.start();
    window.addEventListener('pagehide', this.stop);
  }

  async start(): Promise<void> {
    this.notice = null;
    const mediaConstraints = await microphone(audioChoice());
    this.ua.call(`sip:${this.line.companyNumber}@${ANY_DOMAIN}`, {
      mediaConstraints,
      pcConfig: { iceServers: [] },
    });
  }

  hangUp(): void {
    this.call?.hangUp();
  }

  mute(on: boolean): void {
    this.call?.mute(on);
  }

  /** Whoever is at the line is told. */
  readonly stop = (): void => {
    window.removeEventListener('pagehide', this.stop);
    this.ua.stop();
  };

  private take(session: RTCSession): void {
    if (this.call) return session.terminate();
    this.call = new SipCall(session, [], {
      changed: () => this.show(),
      over: () => {
        this.call = undefined;
        this.show();
      },
      notice: (what) => {
        this.notice = what;
        this.show();
      },
      seek: () => this.call?.renew(false),
    });
    this.show();
  }

  private show(): void {
    this.tell({ call: this.call?.view ?? null, notice: this.notice });
  }
}
