import type { HeaderInput, SipMessage } from './message.js';

/** 'ws' and 'wss' are RFC 7118, 'tls' is SIP over TLS (RFC 3261 §26.2). */
export type SipProtocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** Where a message came from or goes to: the far side, and the connection if there is one already. */
export interface SipFlow {
  protocol: SipProtocol;
  address: string;
  port: number;
  /** Set on what came in over a connection: an answer goes back over it while it is open. */
  connectionId?: number;
}

/** The far side of a received message, and where it came in. */
export interface SipSource extends SipFlow {
  localAddress: string;
  localPort: number;
}

export interface ListenOptions {
  protocol: SipProtocol;
  ip: string;
  /** 0: any free one; the answer of listen() says which. */
  port: number;
  /** PEM texts, for 'tls' and 'wss'. */
  tls?: { cert: string; key: string };
}

export interface ResponseOptions {
  reason?: string;
  headers?: HeaderInput;
  body?: string | Buffer;
  /** Default when there is a body: application/sdp. */
  contentType?: string;
}

export interface RequestOptions {
  headers?: HeaderInput;
  body?: string | Buffer;
  /** Default when there is a body: application/sdp. */
  contentType?: string;
}

/** Counters of an endpoint, for assertions that nothing is left behind and for metrics. */
export interface SipCounts {
  /** Still at work: no final response yet, or a final response to INVITE not acknowledged. */
  transactions: number;
  /** Done, only absorbing retransmissions (timers D, I, J, K, L, M). */
  lingering: number;
  dialogs: number;
  /** Every timer that is running, whatever for. */
  timers: number;
  connections: number;
  /** Messages dropped or refused by the limits per source, since the start. */
  refused: number;
}

/** A response the network never sent: 408 (timers B, F), 503 (transport error), RFC 3261 §8.1.3.1. */
export type TransactionEnd = 'completed' | 'timeout' | 'transport-error' | 'no-ack' | 'closed';

export interface ServerTransaction {
  /** Unique in this process. */
  readonly id: string;
  readonly request: SipMessage;
  readonly source: SipSource;
  /** The tag of To in every response of this transaction but 100. */
  readonly localTag: string;
  /** The last status sent, 0 before the first. */
  readonly status: number;
  /**
   * Builds a response from the request (Via, From, To with tag, Call-ID, CSeq, Record-Route where a dialog may
   * form), sends it and gives it back. After a final response it does nothing and gives the one sent before.
   */
  respond(status: number, options?: ResponseOptions): SipMessage;
  /** A CANCEL came for this INVITE and has got its 200; the INVITE still needs its final response (487). */
  onCancel(listener: (cancel: SipMessage) => void): void;
  /** The ACK to a non-2xx final response came. */
  onAck(listener: (ack: SipMessage) => void): void;
  /** Once: 'no-ack' is timer H. */
  onEnd(listener: (why: TransactionEnd) => void): void;
}

export interface ClientTransaction {
  readonly id: string;
  readonly request: SipMessage;
  readonly target: SipFlow;
  /**
   * Every provisional, the final, and for INVITE each retransmission or fork of a 2xx (RFC 6026). Time-out and
   * transport failure arrive as 408 and 503 with `synthetic` set.
   */
  onResponse(listener: (response: SipMessage) => void): this;
  onEnd(listener: (why: TransactionEnd) => void): this;
  /** RFC 3261 §9.1: waits for a provisional, then sends CANCEL; no final within 64*T1 after: 408 to the listener. */
  cancel(headers?: HeaderInput): void;
}

/** T1, T2, T4 of RFC 3261 §17.1.1.1, in ms. */
export interface TimerValues {
  t1: number;
  t2: number;
  t4: number;
}

export interface EndpointOptions {
  /** Put into User-Agent and Server where the message has none. */
  userAgent?: string;
  timers?: Partial<TimerValues>;
  /** ms until an INVITE that its user has not answered gets 100; 0: at once. Default 200 (RFC 3261 §17.2.1). */
  tryingAfterMs?: number;
  /** May connections to ws: targets be opened? A server never dials a browser. Default true. */
  dialWebSockets?: boolean;
  limits?: Partial<EndpointLimits>;
}

/** Bounds against floods; beyond them the oldest or the newest is dropped, never memory. */
export interface EndpointLimits {
  /** Server transactions at work at once, all sources. Beyond: 503 with Retry-After. */
  transactions: number;
  /** Server transactions at work at once from one address. Beyond: 503 with Retry-After. */
  transactionsPerSource: number;
  /** Transactions that only absorb retransmissions. Beyond: the oldest ends early. */
  lingering: number;
  connections: number;
  connectionsPerSource: number;
  /** Unparsable messages a second from one address that are still looked at; beyond they are dropped unread. */
  garbagePerSecond: number;
  /** Bytes of one message. Beyond: 513 (datagram) or the connection is closed. */
  messageBytes: number;
  /** ms without a byte before a connection is closed. */
  idleMs: number;
  /** ms for the first whole message (and for the TLS or WebSocket handshake). */
  firstMessageMs: number;
}

export interface Credentials {
  username: string;
  password: string;
}

export interface InviteOptions extends RequestOptions {
  uri: string;
  /** Where to send it; default: what the URI says (RFC 3263 without SRV). */
  target?: SipFlow;
  /** Header values: `"Name" <sip:user@host>`; a tag is added. */
  from: string;
  to?: string;
  callId?: string;
  credentials?: Credentials;
  /** ms until a final response is waited for after the first provisional; default 180 000 (timer C). */
  timeoutMs?: number;
}

export interface OutOfDialogOptions extends InviteOptions {
  method: string;
  cseq?: number;
}

/** How an INVITE dialog ended. */
export interface DialogEnd {
  by: 'local' | 'remote' | 'no-ack' | 'session-timer' | 'failure' | 'closed';
  /** The BYE, if there was one. */
  request?: SipMessage;
}

/** What a re-INVITE is answered with. */
export interface ReinviteAnswer extends ResponseOptions {
  /** Default 200. */
  status?: number;
}

/** An answered INVITE that we sent. */
export interface AnsweredInvite {
  dialog: InviteDialog;
  response: SipMessage;
  /** Needed only where the INVITE had no body (the offer is in the 2xx); else it has been sent. */
  ack(body?: string | Buffer): void;
}

export interface OutgoingInvite {
  readonly callId: string;
  /** Resolves at the first 2xx; rejects with SipFailure for anything else (408, 487, 503 included). */
  readonly answered: Promise<AnsweredInvite>;
  /** Every provisional above 100; reliable ones are acknowledged by PRACK (RFC 3262). */
  onProgress(listener: (response: SipMessage) => void): this;
  cancel(headers?: HeaderInput): void;
}

export interface IncomingInvite {
  readonly request: SipMessage;
  readonly source: SipSource;
  readonly callId: string;
  /** '' when there is none. */
  readonly body: string;
  /** A provisional above 100. With `reliable` it resolves at the PRACK, rejects if none comes; else at once. */
  ring(status?: number, options?: ResponseOptions & { reliable?: boolean }): Promise<void>;
  /** 200, retransmitted until the ACK; see InviteDialog.acked. */
  answer(options?: ResponseOptions): InviteDialog;
  refuse(status: number, options?: ResponseOptions): void;
  /** The caller gave up; 487 has been sent. */
  onCancel(listener: (cancel: SipMessage) => void): void;
}

export interface InviteDialog {
  readonly id: string;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly remoteTarget: string;
  readonly state: 'early' | 'confirmed' | 'terminated';
  /** UAS: resolves with the ACK (its body is the answer to an offer in the 2xx); rejects when none came in 64*T1. */
  readonly acked: Promise<SipMessage>;
  /** INFO, OPTIONS, MESSAGE, UPDATE, NOTIFY, REFER: resolves with the final response (408 and 503 included). */
  request(method: string, options?: RequestOptions): Promise<SipMessage>;
  /** Resolves with the 2xx (acknowledged already if there was a body), rejects with SipFailure (491 included). */
  reinvite(options?: RequestOptions): Promise<{ response: SipMessage; ack(body?: string | Buffer): void }>;
  /** Time-limited by timer F; never rejects. */
  bye(headers?: HeaderInput): Promise<void>;
  /** Once; also called after a local bye() with by: 'local'. */
  onEnd(listener: (end: DialogEnd) => void): void;
  /** Default: 488. */
  onReinvite(handler: (request: SipMessage) => ReinviteAnswer | Promise<ReinviteAnswer>): void;
  /** Any other request within the dialog; default: OPTIONS, INFO 200, the rest 405. */
  onRequest(handler: (request: SipMessage, transaction: ServerTransaction) => void): void;
  /** The ACK to each re-INVITE's 2xx (its body is the answer where our 2xx held the offer). */
  onAck(listener: (ack: SipMessage) => void): void;
}

export interface UserAgentOptions extends EndpointOptions {
  /** User part of Contact. */
  user?: string;
  /** Session-Expires asked for and supported, in s; 0: RFC 4028 off. Default 0. */
  sessionExpiresS?: number;
}

/** The layer of transports and transactions (RFC 3261 §17, §18): class SipEndpoint. */
export interface EndpointApi {
  listen(options: ListenOptions): Promise<{ port: number }>;
  /** A new request outside any transaction of ours: every method but ACK and CANCEL. */
  onRequest(handler: (request: SipMessage, transaction: ServerTransaction) => void): void;
  /** An ACK that belongs to a 2xx. */
  onAck(handler: (ack: SipMessage, source: SipSource) => void): void;
  /** Via with branch, Max-Forwards and User-Agent are put in where they are missing. */
  request(message: SipMessage, target: SipFlow): ClientTransaction;
  /** Outside a transaction: the ACK to a 2xx. */
  sendAck(message: SipMessage, target: SipFlow): void;
  /** Resolves with the final response (408, 503 included); never rejects. Not for INVITE. */
  ask(message: SipMessage, target: SipFlow): Promise<SipMessage>;
  readonly counts: SipCounts;
  close(): Promise<void>;
}

/** Calls and requests on top of an endpoint: class UserAgent. */
export interface UserAgentApi {
  listen(options: ListenOptions): Promise<{ port: number }>;
  onInvite(handler: (invite: IncomingInvite) => void): void;
  /** Outside dialogs, neither INVITE nor ACK nor CANCEL; default: OPTIONS 200, the rest 405. */
  onRequest(handler: (request: SipMessage, transaction: ServerTransaction) => void): void;
  invite(options: InviteOptions): OutgoingInvite;
  /** REGISTER, OPTIONS, MESSAGE …; answers one 401 or 407 where there are credentials. Never rejects. */
  request(options: OutOfDialogOptions): Promise<SipMessage>;
  readonly counts: SipCounts;
  /** Ends the dialogs without a word, clears every timer, closes every socket. */
  close(): Promise<void>;
}
