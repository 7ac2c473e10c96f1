import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** What this folder uses of drachtio-srf 5.0.29; the package's own typings lack most of it. */

export interface StackMessage {
  /** Any letter case; several header lines arrive joined by commas. */
  get(header: string): string | undefined;
  has(header: string): boolean;
  readonly body: string | undefined;
  readonly source: 'network' | 'application';
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly stackDialogId: string | undefined;
  readonly stackTxnId: string;
}

export interface StackRequest extends StackMessage, EventEmitter {
  readonly method: string;
  readonly uri: string;
  cancel(options?: { headers?: Record<string, string> }, callback?: (error?: Error) => void): void;
}

export interface StackResponse extends StackMessage {
  readonly status: number;
  readonly reason: string;
}

/** The answering side of a request that came in. */
export interface StackReply {
  send(status: number, reason: string, options: ReplyOptions, callback?: (error?: unknown) => void): void;
  readonly finalResponseSent: boolean;
}

export interface ReplyOptions {
  headers?: Record<string, string>;
  body?: string;
}

export interface StackDialog extends EventEmitter {
  /** False once a BYE came or went. */
  readonly connected: boolean;
  readonly id: string;
  readonly sip: { callId: string; localTag: string; remoteTag: string };
  readonly local: { uri: string; sdp: string; contact: string };
  readonly remote: { uri: string; sdp: string };
}

/** An answered INVITE without SDP: its 200 holds the offer and is not acknowledged yet. */
export interface StackOffer {
  sdp: string;
  ack(answer: string): Promise<StackDialog>;
  /** Acknowledges and ends it. */
  destroy(): Promise<void>;
  res: StackResponse;
}

export interface StackRequestOptions {
  uri?: string;
  method: string;
  headers?: Record<string, string>;
  body?: string;
  /** The next hop, where it is not the request's URI. */
  proxy?: string;
  stackDialogId?: string;
}

export interface StackInviteOptions {
  localSdp?: string;
  headers: Record<string, string>;
  proxy?: string;
  noAck?: boolean;
}

export interface StackAgent {
  /** One entry per socket that is open to drachtio-server. */
  readonly mapServer: Map<Socket, { pendingRequests: Map<string, () => void> }>;
  readonly wp: {
    closing?: boolean;
    reconnectVars: { retryTimer: NodeJS.Timeout | null };
    send(socket: Socket, message: string): string;
  };
  request(
    options: StackRequestOptions,
    callback: (error: Error | null, request?: StackRequest) => void,
  ): void;
}

export type StackHandler = (request: StackRequest, reply: StackReply) => void;

export interface Stack extends EventEmitter {
  connect(options: {
    host: string;
    port: number;
    secret: string;
    reconnect?: { retryMaxDelay: number };
  }): void;
  disconnect(): void;
  use(method: string, handler: StackHandler): void;
  createUAS(
    request: StackRequest,
    reply: StackReply,
    options: { localSdp: string; headers: Record<string, string> },
  ): Promise<StackDialog>;
  createUAC(
    uri: string,
    options: StackInviteOptions,
    progress: {
      cbRequest(error: Error | null, request?: StackRequest): void;
      cbProvisional(response: StackResponse): void;
    },
  ): Promise<StackDialog | StackOffer>;
  removeDialog(dialog: StackDialog): void;
  readonly app: { client?: StackAgent };
}
