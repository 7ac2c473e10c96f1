import type { Services } from './channel.js';
import type { Channels } from './channels.js';

/** What the commands know of the server. */
export interface MediaServerState {
  readonly services: Services;
  readonly channels: Channels;
  readonly hostname: string;
  /** The address SIP listens on. */
  readonly sip: { ip: string; port: number };
  readonly startedAt: number;
  sessionsPerSecond: number;
  /** fsctl pause: no new calls. */
  paused: boolean;
}
