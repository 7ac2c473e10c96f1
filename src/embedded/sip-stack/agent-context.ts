import type { SipEndpoint } from './endpoint.js';
import type { SipMessage } from './message.js';
import type { ServerTransaction, SipProtocol } from './types.js';

/** What takes the requests of one dialog. */
export interface DialogParty {
  receive(request: SipMessage, transaction: ServerTransaction): void;
  receiveAck(ack: SipMessage): void;
  /** The agent closes: let go of everything, without a word on the wire. */
  release(): void;
}

/** What calls need of the agent they belong to. */
export interface AgentContext {
  endpoint: SipEndpoint;
  /** By dialogId(). */
  dialogs: Map<string, DialogParty>;
  /** A Contact value that leads here over this protocol. */
  contact(protocol: SipProtocol): string;
  /** Asked for and granted, in s; 0: no session timers. */
  sessionExpiresS: number;
}

export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, MESSAGE, REFER, NOTIFY';
const SUPPORTED = ['100rel', 'timer'];

export const supportedValue = SUPPORTED.join(', ');

/** RFC 3261 §8.2.2.3: the option tags a request requires and that are not known here. */
export const unsupportedOptions = (request: SipMessage): string[] =>
  request
    .getAll('require')
    .flatMap((value) => value.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '' && !SUPPORTED.includes(tag.toLowerCase()));
