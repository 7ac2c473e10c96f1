import { Injectable } from '@nestjs/common';
import { Dialogs } from './dialogs.js';
import { DrachtioConnection } from './drachtio.connection.js';
import { Ingress } from './ingress.js';
import { Uac } from './uac.js';

/** What is alive at the SIP edge; all zero when nothing goes on. */
export interface SipCounts {
  dialogs: number;
  /** INVITEs that came in and have no final response. */
  inbound: number;
  /** INVITEs of ours without a final response, given-up ones included. */
  outbound: number;
  /** Other requests of ours that wait for an answer. */
  requests: number;
}

@Injectable()
export class SipCounters {
  constructor(
    private readonly connection: DrachtioConnection,
    private readonly dialogs: Dialogs,
    private readonly ingress: Ingress,
    private readonly uac: Uac,
  ) {}

  get counts(): SipCounts {
    return {
      dialogs: this.dialogs.size,
      inbound: this.ingress.pending,
      outbound: this.uac.pending,
      requests: this.connection.pending,
    };
  }
}
