import { setTimeout as pause } from 'node:timers/promises';
import { AppError, messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import { GONE, type SipDialog } from '../sip/dialog.js';
import { SipRejected } from '../sip/sip-rejected.js';
import { withCheapestCandidates, withDtlsRole } from './browser-sdp.js';
import type { EslConnection } from './esl-connection.js';
import type { EslConnections } from './esl-connections.js';
import type { Prompt } from './prompts.js';

/** How a supervisor's leg takes part in a call (FreeSWITCH's eavesdrop, aimed at the manager's leg). */
export type EavesdropMode = 'listen' | 'whisper' | 'barge';

/** `eavesdrop-command`: whom the supervisor's voice reaches. 2 is the leg that is listened to, 3 both. */
const EAVESDROP_COMMAND: Readonly<Record<EavesdropMode, string>> = { listen: '0', whisper: '2', barge: '3' };

/** An offered leg is parked some ms after its ACK; past this it is not asked any more. */
const PARKING_MS = 5_000;
const LOOK_MS = 10;

/** Why a leg ended on the media server's side: silence, a hang-up of its own, or the server itself is gone. */
export type LegLoss = 'no-audio' | 'hung-up' | 'server-lost';

/** The arguments of FreeSWITCH's `uuid_record` that pause a recording and let it go on. */
export const maskArguments = (uuid: string, path: string, masked: boolean): string =>
  `${uuid} ${masked ? 'mask' : 'unmask'} ${path}`;

/**
 * One party's media endpoint on a media server, the "light" way: a SIP dialog whose Call-ID is the channel's uuid,
 * steered over ESL. Every command is safe to send to a leg that is already gone.
 */
export class MediaLeg {
  private ended = false;
  private lossListener?: (loss: LegLoss) => void;
  /** Nobody listened yet. */
  private untoldLoss?: LegLoss;
  private readonly endListeners = new Set<() => void>();
  private ownConnection?: EslConnection;
  /** Until then (monotonic) it may not be parked yet. */
  private parkedBy = 0;

  constructor(
    readonly dialog: SipDialog,
    private readonly connections: EslConnections,
    private readonly release: (leg: MediaLeg) => void,
    /** Whether something that was ordered may play still. */
    private mayPlay = false,
  ) {}

  /** From now on the leg ends with its dialog: at once where that is over, as when FreeSWITCH hung up with its answer. */
  watch(): void {
    // FreeSWITCH names its own ending in the BYE's Reason header (RFC 3326).
    this.dialog.onBye(({ by, reason }) => {
      if (by === 'server') void this.kill();
      this.lost(/MEDIA_TIMEOUT/i.test(reason ?? '') ? 'no-audio' : 'hung-up');
    });
  }

  /** This leg made the offer, and its ACK has just gone out. */
  offered(): this {
    this.parkedBy = clock.monotonic() + PARKING_MS;
    return this;
  }

  /**
   * FreeSWITCH answers an INVITE without SDP before the leg has run (CS_HIBERNATE), and starts it with the ACK, on a thread of the
   * leg's own. A `uuid_bridge` that comes before that thread has run is taken, but the leg never joins: neither party hears
   * anything, and after 20 s both are hung up on (DESTINATION_OUT_OF_ORDER).
   */
  private async parked(): Promise<void> {
    while (!this.ended && clock.monotonic() < this.parkedBy) {
      const application = await this.esl.api('uuid_getvar', `${this.uuid} current_application`);
      if (application === '_undef_') await pause(LOOK_MS);
      else this.parkedBy = 0;
    }
  }

  /** One and the same as long as it is up: orders over one connection are carried out in their order. */
  private get esl(): EslConnection {
    if (!this.ownConnection?.isUp) this.ownConnection = this.connections.leastBusy();
    return this.ownConnection;
  }

  /** The channel's uuid on the media server. */
  get uuid(): string {
    return this.dialog.sipCallId;
  }

  /** What the media server says of this leg: its answer, or its offer. */
  get sdp(): string {
    return this.dialog.remoteSdp;
  }

  /** Tells of an ending that came from the media server, silence for too long or its own failure: once, also of one before. */
  onLost(listener: (loss: LegLoss) => void): void {
    this.lossListener = listener;
    const loss = this.untoldLoss;
    this.untoldLoss = undefined;
    if (loss) listener(loss);
  }

  /**
   * Gives the party's new SDP to the media server.
   * @returns the media server's SDP for the party
   * @throws SipRejected 488 for an SDP it does not take, AppError `media-server-away` where it does not answer
   */
  async modify(sdp: string): Promise<string> {
    try {
      return withDtlsRole(await this.dialog.modify(withCheapestCandidates(sdp)));
    } catch (error) {
      const isGone = error instanceof SipRejected && GONE.includes(error.status);
      if (!isGone) throw error;
      throw new AppError('media-server-away', `the leg cannot be changed: ${error.message}`, {
        sipStatus: 503,
        cause: 41,
      });
    }
  }

  /** Plays a tone (FreeSWITCH tone_stream) until `stopPlaying`. */
  async playTone(stream: string): Promise<void> {
    await this.play(stream);
  }

  /** Plays a tone or a file, after what plays already; done when it is ordered, not when it is heard. */
  async play(what: string): Promise<void> {
    this.mayPlay = true;
    await this.command('uuid_broadcast', `${this.uuid} ${what} aleg`);
  }

  /** Plays a prompt to its end; done too when the leg is gone, or when the event of its end never comes. */
  async playPrompt(prompt: Prompt, signal?: AbortSignal): Promise<void> {
    if (this.ended || signal?.aborted) return;
    const end = new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        forget();
        this.endListeners.delete(finish);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      // Events are hints: past the prompt's own length we go on without one.
      const timer = setTimeout(finish, prompt.durationMs + 1_000);
      const forget = this.esl.listen('PLAYBACK_STOP', this.uuid, (header) => {
        if (header('Playback-File-Path') === prompt.path) finish();
      });
      this.endListeners.add(finish);
      signal?.addEventListener('abort', finish);
    });
    await this.play(prompt.path);
    await end;
  }

  async stopPlaying(): Promise<void> {
    if (!this.mayPlay) return;
    this.mayPlay = false;
    await this.command('uuid_break', `${this.uuid} all`);
  }

  /** Joins the two parties' audio. @throws AppError when the media server cannot */
  async bridge(other: MediaLeg): Promise<void> {
    await Promise.all([this.parked(), other.parked()]);
    await this.esl.api('uuid_bridge', `${this.uuid} ${other.uuid}`);
  }

  /** Parts this leg from its peer; both wait for orders, where FreeSWITCH would hang up on who is left alone. */
  async part(peer: MediaLeg): Promise<void> {
    await peer.command('uuid_setvar', `${peer.uuid} park_after_bridge true`);
    await this.esl.api('uuid_setvar', `${this.uuid} park_after_bridge true`);
    await this.command('uuid_park', this.uuid);
  }

  /**
   * Records this leg for its whole life: its own party on the left channel, what it hears on the right, at 8 kHz, as
   * freeswitch/freeswitch.xml says for every leg.
   * @param path absolute, on the media server's disk
   */
  async record(path: string): Promise<void> {
    await this.esl.api('uuid_record', `${this.uuid} start ${path}`);
  }

  /** Tells each keypad digit (RFC 4733) that this party presses, until the returned function is called. */
  onDigit(pressed: (digit: string) => void): () => void {
    return this.esl.listen('DTMF', this.uuid, (header) => {
      const digit = header('DTMF-Digit');
      if (digit) pressed(digit);
    });
  }

  /** The recordings of this leg are over; nothing happens where there is none. */
  async stopRecording(): Promise<void> {
    await this.command('uuid_record', `${this.uuid} stop all`);
  }

  /** From now on silence is recorded in the place of both parties, or no more. */
  async maskRecording(path: string, masked: boolean): Promise<void> {
    await this.esl.api('uuid_record', maskArguments(this.uuid, path, masked));
  }

  /** Sends keypad digits (RFC 4733) to this party. */
  async sendDigits(digits: string): Promise<void> {
    if (/^[0-9A-D*#]{1,32}$/.test(digits)) await this.command('uuid_send_dtmf', `${this.uuid} ${digits}`);
  }

  /**
   * Listens to another leg of the same media server and the party behind it, until that leg ends or `stopEavesdropping`.
   * Nobody hears it begin, and keys pressed here change nothing.
   * @param uuid the manager's leg: aimed at the client's, a whisper would be in the recording
   */
  async eavesdrop(uuid: string, mode: EavesdropMode): Promise<void> {
    const variables = {
      eavesdrop_enable_dtmf: false,
      eavesdrop_whisper_aleg: mode === 'barge',
      eavesdrop_whisper_bleg: mode !== 'listen',
    };
    for (const [name, value] of Object.entries(variables)) {
      await this.esl.api('uuid_setvar', `${this.uuid} ${name} ${value}`);
    }
    await this.esl.execute(this.uuid, 'eavesdrop', uuid);
  }

  /** Whom this leg's voice reaches from now on. */
  async eavesdropAs(mode: EavesdropMode): Promise<void> {
    await this.steerEavesdrop(EAVESDROP_COMMAND[mode]);
  }

  /**
   * Where the leg that is listened to has ended, listening has ended with it: an order to stop would then wait for the
   * next eavesdrop and end that one.
   * @param uuid of the leg that is listened to
   */
  async stopEavesdropping(uuid: string): Promise<void> {
    const isThere = await this.esl.api('uuid_exists', uuid).catch(() => 'false');
    if (isThere === 'true') await this.steerEavesdrop('*');
  }

  private async steerEavesdrop(command: string): Promise<void> {
    if (this.ended) return;
    await this.esl.sendEvent('linekeeper::eavesdrop', {
      'Unique-ID': this.uuid,
      'eavesdrop-command': command,
    });
  }

  /** Whether the media server still has this leg; true when it cannot be asked. */
  async exists(): Promise<boolean> {
    if (this.ended) return false;
    return this.esl.api('uuid_exists', this.uuid).then(
      (answer) => answer !== 'false',
      () => true,
    );
  }

  /** Ends the leg; never throws, never hangs. */
  async end(): Promise<void> {
    if (this.ended) return;
    this.finish();
    if (!(await this.dialog.bye())) await this.kill();
  }

  /**
   * Through a drachtio-server that is away, or knows no dialog since it was restarted, no BYE reaches FreeSWITCH, which would
   * keep the leg until its media timeout.
   */
  private async kill(): Promise<void> {
    await this.esl.api('uuid_kill', this.uuid).catch(() => undefined);
  }

  /** The media server ended this leg, or no longer has it. */
  lost(loss: LegLoss): void {
    if (this.ended) return;
    this.finish();
    if (this.lossListener) this.lossListener(loss);
    else this.untoldLoss = loss;
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.release(this);
    for (const listener of [...this.endListeners]) listener();
  }

  private async command(command: string, args: string): Promise<void> {
    if (this.ended) return;
    try {
      await this.esl.api(command, args);
    } catch (error) {
      // The leg may end while a command is on its way; its ending is told by the dialog.
      const level = error instanceof AppError && error.code === 'media-command' ? 'debug' : 'warn';
      log('media')[level]({ uuid: this.uuid, command, error: messageOf(error) }, 'the media server refused');
    }
  }
}
