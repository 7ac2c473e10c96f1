/** What we call of drachtio-fsmrf 4.1.2, which ships no typings. */
declare module 'drachtio-fsmrf' {
  import type { EventEmitter } from 'node:events';

  export interface FsmrfMediaServer extends EventEmitter {
    /** `ip:port` of the profile we asked for, read from `sofia status`. */
    readonly sip: { ipv4: { udp: { address?: string } } };
    /** Its ESL connection. */
    readonly conn: EventEmitter;
    disconnect(): void;
  }

  export default class Mrf {
    constructor(srf: unknown);
    connect(options: {
      address: string;
      port: number;
      secret: string;
      listenAddress: string;
      profile: string;
    }): Promise<FsmrfMediaServer>;
  }
}
