import type { RTCSession } from 'jssip/lib/RTCSession';
import { audioChoice, microphone } from './audio-choice.js';
import { CallAudio } from './call-audio.js';
import { CallPath } from './call-path.js';
import { follow } from './ice-restart.js';
import type { Notice, PhoneCall } from './phone-state.js';

/** After the first candidate the others have so long; a machine has few, and some never say that they are all, ms. */
const CANDIDATES_MS = 200;

interface Watcher {
  changed: () => void;
  over: () => void;
  notice: (what: Notice) => void;
  /** The sound has lost its way: see whether the server is reached, and then renew(). */
  seek: () => void;
}

/** One call of the SIP library, as the phone's tabs see it. */
export class SipCall {
  private readonly audio: CallAudio;
  private readonly path: CallPath;
  private isHeldByOther = false;
  private state: PhoneCall['state'];
  private passingTo: string | null = null;
  private isAnswered = false;
  private held = false;
  private since = 0;

  constructor(
    readonly session: RTCSession,
    private readonly iceServers: RTCIceServer[],
    private readonly watcher: Watcher,
  ) {
    this.state = this.isIncoming ? 'ringing' : 'calling';
    this.audio = new CallAudio(() => watcher.notice('no-microphone'));
    this.path = new CallPath(session, iceServers, {
      shouldHear: () => this.talks && !this.held && !this.isHeldByOther,
      changed: watcher.changed,
      seek: watcher.seek,
      silent: () => watcher.notice('no-sound'),
      lost: () => {
        watcher.notice('connection-lost');
        this.hangUp();
      },
    });
    this.listen();
  }

  get id(): string {
    return this.session.id;
  }

  private get isIncoming(): boolean {
    return (this.session.direction as string) === 'incoming';
  }

  get view(): PhoneCall {
    const { uri, display_name: name } = this.session.remote_identity;
    const party = decodeURIComponent(uri.user ?? '');
    return {
      id: this.id,
      direction: this.isIncoming ? 'in' : 'out',
      party,
      name: name || party,
      state: this.state,
      held: this.held,
      muted: this.session.isMuted().audio === true,
      interrupted: this.path.isBroken,
      since: this.since,
      passingTo: this.passingTo,
    };
  }

  get talks(): boolean {
    return this.state === 'talking';
  }

  async answer(): Promise<void> {
    if (this.state !== 'ringing' || this.isAnswered) return;
    this.isAnswered = true; // a second press finds it taken
    const mediaConstraints = await microphone(audioChoice());
    if (this.session.isEnded()) return;
    this.session.answer({
      mediaConstraints,
      pcConfig: { iceServers: this.iceServers },
    });
  }

  hangUp(): void {
    if (this.session.isEnded()) return;
    // RFC 3261 §21.4.24, §21.6.2: he is here and does not want to.
    this.session.terminate(this.state === 'ringing' ? { status_code: 486 } : {});
  }

  hold(on: boolean): void {
    if (!this.talks || on === this.held) return;
    if (on) this.session.hold();
    else this.session.unhold();
  }

  mute(on: boolean): void {
    if (on) this.session.mute({ audio: true });
    else this.session.unmute({ audio: true });
    this.watcher.changed();
  }

  /** SIP reaches the server. @param isNew by another connection than before */
  renew(isNew: boolean): void {
    if (this.talks) this.path.renew(isNew);
  }

  /** The connection to the server is lost, or the machine slept: whether it still rings there is not known. */
  ringsNoMore(): void {
    if (this.state !== 'ringing') return;
    this.hangUp();
    this.end(); // the library may keep what it cannot send a response for
  }

  /** RFC 4733. */
  press(key: string): void {
    if (/^[0-9*#]$/.test(key)) this.session.sendDTMF(key, { transportType: 'RFC2833' as never });
  }

  /** Blind, or with the colleague of another call (RFC 3515, RFC 3891). */
  passOn(to: string, other?: SipCall): void {
    if (!this.talks) return;
    this.passing(to);
    const failed = () => {
      this.passing(null);
      this.watcher.notice('not-passed-on');
    };
    this.session.refer(other ? other.session.remote_identity.uri : to, {
      ...(other && { replaces: other.session }),
      eventHandlers: { requestFailed: failed, failed, accepted: () => this.hangUp() },
    });
  }

  private passing(to: string | null): void {
    this.passingTo = to;
    this.watcher.changed();
  }

  private listen(): void {
    const { session, watcher } = this;
    if (session.connection) this.hear(session.connection);
    session.on('peerconnection', ({ peerconnection }) => this.hear(peerconnection));
    let ready: ReturnType<typeof setTimeout> | undefined;
    session.on('icecandidate', ({ ready: send }) => (ready ??= setTimeout(send, CANDIDATES_MS)));
    session.on('sdp', () => {
      clearTimeout(ready);
      ready = undefined;
    });
    session.on('confirmed', () => {
      this.state = 'talking';
      this.since ||= Date.now();
      watcher.changed();
    });
    session.on('reinvite', ({ request }) => follow(session, request.body));
    session.on('hold', ({ originator }) => this.heldBy(originator, true));
    session.on('unhold', ({ originator }) => this.heldBy(originator, false));
    session.on('getusermediafailed', () => watcher.notice('no-microphone'));
    session.on('ended', ({ cause }) => {
      if (cause === 'Connection Error') watcher.notice('connection-lost');
      this.end();
    });
    session.on('failed', ({ originator, cause }) => {
      const isTheirs = (originator as string) === 'remote' && !this.isIncoming && cause !== 'Canceled';
      if (isTheirs) watcher.notice('not-connected');
      if (cause === 'Connection Error') watcher.notice('connection-lost');
      this.end();
    });
  }

  private heldBy(originator: unknown, held: boolean): void {
    if (originator === 'local') this.held = held;
    else this.isHeldByOther = held;
    this.watcher.changed();
  }

  private hear(connection: RTCPeerConnection): void {
    this.audio.hear(connection);
    this.path.start(connection);
  }

  private end(): void {
    this.path.end();
    this.audio.end();
    this.watcher.over();
  }
}
