import type { Eavesdrop } from './eavesdrop.js';
import type { EventBus, Headers } from './esl-event.js';
import type { LegMedia } from './leg-media.js';
import type { Order, StopReason } from './run.js';
import type { WavLibrary } from './wav-reader.js';

export type ChannelState = 'CS_INIT' | 'CS_EXECUTE' | 'CS_SOFT_EXECUTE' | 'CS_HANGUP' | 'CS_REPORTING';

/** Who is at the other end, as SIP said it. */
export interface Party {
  callerName: string;
  callerUser: string;
  callerUri: string;
  destination: string;
  networkIp: string;
}

/** The channels alive. */
export interface ChannelRegistry extends Iterable<Channel> {
  get(uuid: string): Channel | undefined;
  delete(channel: Channel): void;
}

/** What all channels share. */
export interface Services {
  bus: EventBus;
  channels: ChannelRegistry;
  wavs: WavLibrary;
  promptsDir: string;
  recordingsDir: string;
}

/** A channel's recordings, by path (relative: below the recordings folder). */
export interface Recordings {
  /**
   * @param limitS seconds until it stops by itself; 0: never
   * @param variables of this recording, before those of the channel
   * @throws what the file system says
   */
  start(path: string, limitS?: number, variables?: ReadonlyMap<string, string>): Promise<void>;
  /**
   * Takes in nothing more from now on; resolves when the file is whole and RECORD_STOP is told.
   * @returns undefined where no such recording runs
   */
  stop(path: string): Promise<void> | undefined;
  /** @returns undefined where none runs */
  stopAll(): Promise<void> | undefined;
  /** Absolute. */
  readonly paths: string[];
  /** @returns false where no such recording runs */
  mask(path: string, masked: boolean): boolean;
}

/** A leg as FreeSWITCH's channel; see LiveChannel, which is the one there is. */
export interface Channel {
  readonly uuid: string;
  /** sofia/<profile>/<user>@<host> */
  readonly name: string;
  readonly party: Party;
  readonly media: LegMedia;
  readonly services: Services;
  readonly recordings: Recordings;
  readonly variables: Map<string, string>;
  /** ms since the epoch; 0: has not happened. */
  readonly times: { created: number; answered: number; bridged: number; hangup: number; lastHold: number };
  readonly state: ChannelState;
  readonly callState: 'DOWN' | 'RINGING' | 'ACTIVE' | 'HELD' | 'HANGUP';
  readonly answerState: 'ringing' | 'answered' | 'hangup';
  readonly hangupCause?: string;
  readonly endedByParty: boolean;
  readonly isUp: boolean;
  readonly currentApplication: Order | undefined;
  /** Those who listen to this channel, and what ends their listening. */
  readonly listeners: Map<Eavesdrop, () => void>;
  /** This channel's own listening to another one. */
  eavesdrop?: Eavesdrop;
  peer?: Channel;
  /** The one named first in uuid_bridge: FreeSWITCH's events of the bridge are its. */
  isBridgeOwner: boolean;
  /** Told each digit the party presses; the running application's. */
  digitListener?: (digit: string) => void;

  /** @param specific headers of this event alone */
  publish(name: string, specific?: Headers, options?: { variables?: boolean; body?: string }): void;
  execute(order: Order): void;
  /** uuid_break. @param all what waits to be run is forgotten too */
  break(all: boolean): void;
  receiveDigit(digit: string, durationSamples: number, source: string): void;
  /** uuid_bridge: both leave what they do and talk to each other. */
  bridge(other: Channel): void;
  joined(peer: Channel, isOwner: boolean): void;
  /** Ends what the channel does: its applications, its parking, its bridge. */
  leave(why: StopReason): void;
  /** The other side of the bridge is gone: parks or ends. */
  afterBridge(): void;
  bridgeHeaders(): Headers;
  /** uuid_park: leaves the bridge; the other side parks or ends. */
  parkAgain(): void;
  /** uuid_transfer: through the dialplan again. */
  transfer(): void;
  /** The party put us on hold, or came back. */
  setHold(on: boolean): void;
  /** uuid_hold: our own re-INVITE. */
  hold(on: boolean): void;
  /** @param cause a name of CAUSES @param byParty its BYE came, or its dialog is gone */
  hangup(cause: string, byParty?: boolean): void;
}
