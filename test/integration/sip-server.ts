import { env } from '../support/env.js';
import { end, startDrachtio } from '../support/engines.js';

export interface SipServer {
  sipPort: number;
  url: string;
  stop(): Promise<void>;
}

/** A drachtio-server: the real one with ENGINE=external and DRACHTIO_BIN, else the embedded one. */
export async function startDrachtioServer(): Promise<SipServer> {
  if (env.engine === 'external' && env.external.drachtioBin) {
    const { child, sipPort, url } = await startDrachtio(env.external.drachtioBin);
    return { sipPort, url, stop: () => end(child) };
  }
  throw new Error('not there yet');
}
