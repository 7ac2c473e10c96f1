import type { RTCSession } from 'jssip/lib/RTCSession';
import { audioChoice, microphone, onAudioChoice, playOn, type AudioChoice } from './audio-choice.js';
import type { Notice, PhoneCall } from './phone-state.js';

/** After the first candidate the others have so long; a machine has few, and some never say that they are all, ms. */
const CANDIDATES_MS = 200;

interface Watcher {
  changed: () => void;
  over: () => void;
  notice: (what: Notice) => void;
}

/** One call of the SIP library, as the phone's tabs see it. */
export class SipCall {
  private readonly audio = new Audio();
  private readonly stopFollowing: () => void;
  private chosen: MediaStream | undefined;
  private state: PhoneCall['state'];
  private passingTo: string | null = null;
  private held = false;
  private since = 0;

  constructor(
    readonly session: RTCSession,
    private readonly iceServers: RTCIceServer[],
    private readonly watcher: Watcher,
  ) {
    this.state = this.isIncoming ? 'ringing' : 'calling';
    this.audio.autoplay = true;
    this.stopFollowing = onAudioChoice((choice) => void this.follow(choice));
    void playOn(this.audio, audioChoice());
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
      since: this.since,
      passingTo: this.passingTo,
    };
  }

  get talks(): boolean {
    return this.state === 'talking';
  }

  answer(): void {
    if (this.state !== 'ringing') return;
    this.session.answer({
      mediaConstraints: microphone(audioChoice()),
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
    else session.on('peerconnection', ({ peerconnection }) => this.hear(peerconnection));
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
    session.on('hold', ({ originator }) => this.heldBy(originator, true));
    session.on('unhold', ({ originator }) => this.heldBy(originator, false));
    session.on('getusermediafailed', () => watcher.notice('no-microphone'));
    session.on('ended', () => this.end());
    session.on('failed', ({ originator, cause }) => {
      const isTheirs = (originator as string) === 'remote' && !this.isIncoming && cause !== 'Canceled';
      if (isTheirs) watcher.notice('not-connected');
      this.end();
    });
  }

  private heldBy(originator: unknown, held: boolean): void {
    if (originator !== 'local') return;
    this.held = held;
    this.watcher.changed();
  }

  private hear(connection: RTCPeerConnection): void {
    connection.addEventListener('track', ({ track }) => {
      this.audio.srcObject = new MediaStream([track]);
      void this.audio.play().catch(() => undefined); // answered by a click: it may play
    });
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState !== 'failed') return;
      this.watcher.notice('connection-lost');
      this.hangUp();
    });
  }

  /** Another microphone or speaker, in the middle of the call. */
  private async follow(choice: AudioChoice): Promise<void> {
    await playOn(this.audio, choice);
    const sender = this.session.connection?.getSenders().find(({ track }) => track?.kind === 'audio');
    if (!sender?.track) return;
    const stream = await navigator.mediaDevices.getUserMedia(microphone(choice)).catch(() => undefined);
    const [track] = stream?.getAudioTracks() ?? [];
    if (!stream || !track) return this.watcher.notice('no-microphone');
    track.enabled = sender.track.enabled;
    await sender.replaceTrack(track);
    this.chosen?.getTracks().forEach((old) => old.stop());
    this.chosen = stream;
  }

  private end(): void {
    this.stopFollowing();
    this.chosen?.getTracks().forEach((track) => track.stop());
    this.audio.srcObject = null;
    this.watcher.over();
  }
}
