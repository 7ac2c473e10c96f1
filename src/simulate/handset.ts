import type { SipProtocol } from '../embedded/sip-stack/index.js';
import type { RtpAudio } from './rtp-audio.js';
import type { CodecName } from './sdp.js';

export interface PhoneOptions {
  /** Where the exchange listens. */
  server: { ip: string; port: number };
  /** The user part of its address: an extension, or what a carrier shows as the caller. */
  user: string;
  password?: string;
  displayName?: string;
  protocol?: SipProtocol;
  /** In the order of preference. */
  codecs?: readonly CodecName[];
  /** Own address for SIP and sound. */
  ip?: string;
  /** false: it says nothing before its final response, as a gateway that is full. */
  rings?: boolean;
  /** Timer T1 in ms, shorter in tests of what is never answered. */
  t1?: number;
}

export type HandsetOptions = Required<Omit<PhoneOptions, 'password'>> & { password?: string };

/** What a phone can end while it goes on. */
export interface Talk {
  readonly over: boolean;
  hangUp(): Promise<void>;
}

/** The phone as its calls know it. */
export interface Handset {
  readonly options: HandsetOptions;
  /** Where it listens for SIP. */
  readonly sipPort: number;
  /** Every SIP message received, as text. */
  readonly received: string[];
  openAudio(): Promise<RtpAudio>;
  /** Told of each conversation as it begins. */
  talks(conversation: Talk): void;
}
