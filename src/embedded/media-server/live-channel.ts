import { randomUUID } from 'node:crypto';
import { applicationHeaders, ApplicationStack } from './application-stack.js';
import { causeOf, q850Of, reasonHeader } from './causes.js';
import type { Channel, ChannelState, Party, Services } from './channel.js';
import { channelHeaders, endingVariables, variableHeaders } from './channel-headers.js';
import { ChannelRecordings } from './channel-recordings.js';
import type { Eavesdrop } from './eavesdrop.js';
import type { EventBus, Headers } from './esl-event.js';
import type { LegMedia } from './leg-media.js';
import type { Order, StopReason } from './run.js';

/** What a channel needs of its SIP dialog. */
export interface Signalling {
  bye(reason: string): void;
  /** Re-INVITE: puts the party on hold, or takes it back. */
  hold(on: boolean): void;
}

/** A disk that never closes a recording does not keep a channel for ever, ms. */
const CLOSE_PATIENCE_MS = 5_000;

/**
 * A leg as FreeSWITCH's channel: variables, the applications that run on it, its bridge, its recordings, its end.
 * It answers and parks by itself, as freeswitch/dialplan.xml has it, and waits for orders.
 */
export class LiveChannel implements Channel {
  readonly variables = new Map<string, string>();
  readonly times = { created: Date.now(), answered: 0, bridged: 0, hangup: 0, lastHold: 0 };
  readonly recordings: ChannelRecordings;
  /** Those who listen to this channel, and what ends their listening. */
  readonly listeners = new Map<Eavesdrop, () => void>();
  /** This channel's own listening to another one. */
  eavesdrop?: Eavesdrop;
  state: ChannelState = 'CS_INIT';
  callState: 'DOWN' | 'RINGING' | 'ACTIVE' | 'HELD' | 'HANGUP' = 'DOWN';
  answerState: 'ringing' | 'answered' | 'hangup' = 'ringing';
  hangupCause?: string;
  endedByParty = false;
  peer?: Channel;
  /** The one named first in uuid_bridge: FreeSWITCH's events of the bridge are its. */
  isBridgeOwner = false;
  /** Tells of each digit the party pressed; the running application listens. */
  digitListener?: (digit: string) => void;
  private readonly applications = new ApplicationStack(this);
  private parked = false;
  /** The dialplan's park; parking after a bridge is no application. */
  private parkUuid?: string;

  constructor(
    readonly uuid: string,
    readonly name: string,
    readonly party: Party,
    readonly media: LegMedia,
    private readonly signalling: Signalling,
    readonly services: Services,
  ) {
    this.recordings = new ChannelRecordings(this);
    media.onDigit = (digit, duration) => this.receiveDigit(digit, duration, 'RTP');
  }

  get bus(): EventBus {
    return this.services.bus;
  }

  get isUp(): boolean {
    return this.hangupCause === undefined;
  }

  get currentApplication(): Order | undefined {
    return this.applications.top;
  }

  /**
   * Answers and parks: the whole dialplan.
   * @param offeredByUs the INVITE had no SDP: the 200 went out before there was a channel to speak of
   */
  begin(offeredByUs = false): void {
    if (offeredByUs) this.answered();
    this.publish('CHANNEL_CREATE');
    this.state = 'CS_EXECUTE';
    this.callState = 'RINGING';
    this.runDialplan();
  }

  /** uuid_transfer: through the dialplan again. */
  transfer(): void {
    this.leave('bridge');
    if (this.isUp) this.runDialplan();
  }

  private runDialplan(): void {
    const answer = randomUUID();
    this.publish('CHANNEL_EXECUTE', applicationHeaders('answer', '', answer));
    if (this.times.answered === 0) this.answered();
    this.callState = 'ACTIVE';
    this.publish('CHANNEL_EXECUTE_COMPLETE', applicationHeaders('answer', '', answer, '_none_'));
    this.park(true);
  }

  private answered(): void {
    this.times.answered = Date.now();
    this.answerState = 'answered';
    this.publish('CHANNEL_ANSWER');
  }

  /** @param specific headers of this event alone */
  publish(name: string, specific: Headers = [], options: { variables?: boolean; body?: string } = {}): void {
    this.bus.publish(
      name,
      () => [
        ...channelHeaders(this),
        ...specific,
        ...(options.variables === false ? [] : variableHeaders(this)),
      ],
      options.body,
    );
  }

  execute(order: Order): void {
    this.applications.execute(order);
  }

  break(all: boolean): void {
    this.applications.break(all);
  }

  receiveDigit(digit: string, duration: number, source: string): void {
    this.publish(
      'DTMF',
      [
        ['DTMF-Digit', digit],
        ['DTMF-Duration', String(duration)],
        ['DTMF-Source', source],
      ],
      { variables: false },
    );
    this.digitListener?.(digit);
  }

  /** uuid_bridge: both leave what they do and talk to each other. */
  bridge(other: Channel): void {
    if (this.peer === other) return; // FreeSWITCH says yes, and they talk on
    this.leave('bridge');
    other.leave('bridge');
    // Leaving may have ended one of them: a former peer that hangs up takes nobody else along.
    if (!this.isUp || !other.isUp) return;
    this.joined(other, true);
    other.joined(this, false);
    this.media.bridge(other.media);
    this.publish('CHANNEL_BRIDGE', this.bridgeHeaders());
  }

  joined(peer: Channel, isOwner: boolean): void {
    this.peer = peer;
    this.isBridgeOwner = isOwner;
    this.state = 'CS_SOFT_EXECUTE';
    this.times.bridged = Date.now();
    for (const name of ['bridge_uuid', 'signal_bond', 'last_bridge_to']) this.variables.set(name, peer.uuid);
    this.publish('CHANNEL_EXECUTE', applicationHeaders('uuid_bridge', peer.uuid, randomUUID()));
  }

  /** uuid_park: leaves the bridge; the other side parks or ends. */
  parkAgain(): void {
    this.leave('bridge');
    if (this.isUp) this.park(false);
  }

  setHold(on: boolean): void {
    if (!this.isUp || on === (this.callState === 'HELD')) return;
    this.callState = on ? 'HELD' : 'ACTIVE';
    if (on) this.times.lastHold = Date.now();
    this.publish(on ? 'CHANNEL_HOLD' : 'CHANNEL_UNHOLD');
  }

  /** uuid_hold: our own re-INVITE. */
  hold(on: boolean): void {
    this.signalling.hold(on);
    this.setHold(on);
  }

  /** @param cause a name of CAUSES @param byParty its BYE came, or its dialog is gone */
  hangup(cause: string, byParty = false): void {
    if (!this.isUp) return;
    this.setHold(false);
    this.hangupCause = causeOf(cause);
    this.endedByParty = byParty;
    this.times.hangup = Date.now();
    this.state = 'CS_HANGUP';
    this.answerState = 'hangup';
    this.publish('CHANNEL_HANGUP');
    if (!byParty) this.signalling.bye(reasonHeader(this.hangupCause));
    for (const stopListening of [...this.listeners.values()]) stopListening();
    const closing = this.recordings.stopAll() ?? Promise.resolve();
    this.leave('hangup');
    this.media.close();
    this.callState = 'HANGUP';
    this.state = 'CS_REPORTING';
    void this.report(closing);
  }

  private async report(closing: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([closing, new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_PATIENCE_MS)))]);
    clearTimeout(timer);
    const cause = this.hangupCause ?? 'NORMAL_CLEARING';
    for (const [name, value] of endingVariables(this, cause, q850Of(cause))) this.variables.set(name, value);
    this.publish('CHANNEL_HANGUP_COMPLETE');
    this.services.channels.delete(this);
    this.publish('CHANNEL_DESTROY');
  }

  /** Ends what the channel does: its applications, its parking, its bridge. */
  leave(why: StopReason): void {
    this.applications.stop(why);
    if (this.parked) {
      this.parked = false;
      this.publish('CHANNEL_UNPARK');
    }
    if (this.parkUuid !== undefined) {
      this.publish(
        'CHANNEL_EXECUTE_COMPLETE',
        applicationHeaders('park', '', this.parkUuid, this.applications.lastResponse),
      );
      this.parkUuid = undefined;
    }
    if (this.peer) this.unbridge(this.peer);
  }

  private unbridge(peer: Channel): void {
    const owner = this.isBridgeOwner ? this : peer;
    const headers = owner.bridgeHeaders();
    this.media.bridge(undefined);
    owner.publish('CHANNEL_UNBRIDGE', headers);
    this.peer = undefined;
    peer.peer = undefined;
    peer.afterBridge();
  }

  /** As FreeSWITCH: who is left alone hangs up, unless park_after_bridge says otherwise. */
  afterBridge(): void {
    if (this.variables.get('park_after_bridge') === 'true') this.park(false);
    else this.hangup('NORMAL_CLEARING');
  }

  bridgeHeaders(): Headers {
    return [
      ['Bridge-A-Unique-ID', this.uuid],
      ['Bridge-B-Unique-ID', this.peer?.uuid ?? ''],
    ];
  }

  private park(first: boolean): void {
    this.state = 'CS_EXECUTE';
    this.parked = true;
    if (first) {
      this.parkUuid = randomUUID();
      this.variables.set('current_application', 'park');
      this.publish('CHANNEL_EXECUTE', applicationHeaders('park', '', this.parkUuid));
    }
    this.publish('CHANNEL_PARK');
  }
}
