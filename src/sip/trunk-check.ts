import { Injectable } from '@nestjs/common';
import type { TrunkConfig } from '../provisioning/config.js';
import { DrachtioConnection } from './drachtio.connection.js';
import { SipRejected } from './sip-rejected.js';
import { Trunks } from './trunks.js';
import { USER_AGENT } from './uac.js';

const OPTIONS_WAIT_MS = 8_000;

export interface TrunkStanding {
  state: 'registered' | 'registering' | 'failed' | 'stopped' | 'reachable' | 'silent';
  status?: number;
  reason?: string;
}

/** Looks whether a carrier is there: by our registration, or by OPTIONS (RFC 3261 §11) where there is none. */
@Injectable()
export class TrunkCheck {
  constructor(
    private readonly trunks: Trunks,
    private readonly connection: DrachtioConnection,
  ) {}

  async look(trunk: TrunkConfig): Promise<TrunkStanding> {
    const known = this.trunks.states.get(trunk.id);
    if (trunk.kind === 'registration' || !trunk.enabled) return known ?? { state: 'stopped' };
    try {
      const { status, reason } = await this.options(trunk);
      return { state: 'reachable', status, reason };
    } catch (error) {
      if (!(error instanceof SipRejected)) throw error;
      return { state: 'silent', status: error.status, reason: error.reason };
    }
  }

  /** Any answer will do: that the carrier has one for us is what is asked. */
  private options({ host, port, transport, outboundProxy }: TrunkConfig) {
    const uri = `sip:${host}:${port};transport=${transport}`;
    return this.connection.request(
      {
        method: 'OPTIONS',
        uri,
        ...(outboundProxy && { proxy: outboundProxy }),
        headers: { 'User-Agent': USER_AGENT, Accept: 'application/sdp' },
      },
      OPTIONS_WAIT_MS,
    );
  }
}
