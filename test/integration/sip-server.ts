import { startDrachtioServer as startEmbedded } from '../../src/embedded/drachtio-server/index.js';
import { env } from '../support/env.js';
import { end, startDrachtio } from '../support/engines.js';
import { freePort } from '../support/free-ports.js';

export interface SipServer {
  /** UDP and TCP. */
  sipPort: number;
  wsPort: number;
  url: string;
  /** Whether it is the real one: its timers are those of RFC 3261, the embedded one's are shortened. */
  isReal: boolean;
  /** Ends it as a crash does, and starts it again on the same ports; the embedded one only. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const SECRET = 'of-this-test';

/** A drachtio-server: the real one with ENGINE=external and DRACHTIO_BIN, else the embedded one. */
export async function startDrachtioServer(): Promise<SipServer> {
  if (env.engine === 'external' && env.external.drachtioBin) {
    const { child, sipPort, wsPort, url } = await startDrachtio(env.external.drachtioBin);
    const restart = () => Promise.reject(new Error('the real server is not restarted by this test'));
    return { sipPort, wsPort, url, isReal: true, restart, stop: () => end(child) };
  }
  const settings = {
    sip: { ip: '127.0.0.1', port: await freePort(), wsPort: await freePort() },
    drachtio: { port: await freePort(), secret: SECRET },
    timers: { t1: 100, t2: 400, t4: 400 },
  };
  let server = await startEmbedded(settings);
  return {
    sipPort: server.sipPort,
    wsPort: settings.sip.wsPort,
    url: `drachtio://:${SECRET}@127.0.0.1:${server.adminPort}`,
    isReal: false,
    restart: async () => {
      await server.stop();
      server = await startEmbedded(settings);
    },
    stop: () => server.stop(),
  };
}
