import type { SipSource } from './source.js';

/** A contact binding (RFC 3261 §10.3): where a device of an extension is reached until it expires. */
export interface Binding {
  id: string;
  companyId: string;
  extensionId: string;
  /** The contact URI as the phone wrote it. */
  contact: string;
  /** What makes it the same device: instance-id and reg-id (RFC 5626 §6), or else the contact itself. */
  deviceKey: string;
  /** Where the REGISTER came from: behind NAT it is the only way back. */
  received: SipSource;
  /** RFC 3327; each with its angle brackets, nearest hop first. */
  path: readonly string[];
  sipCallId: string;
  cseq: number;
  userAgent: string | undefined;
  instanceId: string | undefined;
  regId: number | undefined;
  /** 0 to 1 (RFC 3261 §20.10); higher rings first. */
  q: number;
  /** Milliseconds since the epoch. */
  registeredAt: number;
  expiresAt: number;
}
