import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Engines } from './engines.js';
import { freePort, freeUdpRange } from './free-ports.js';

const RTP_PORTS = 200;

/** The embedded engine as a box of its own, which outlives every control plane. */
export async function embeddedEngine(folder: string): Promise<Engines & { pid: number }> {
  // The compiled one: its child process is a plain Node program.
  const { startEngine } = (await import(
    '../../dist/embedded/embedded-boxes.js' as string
  )) as typeof import('../../src/embedded/embedded-boxes.js');
  const firstRtp = await freeUdpRange(RTP_PORTS);
  const wsPort = await freePort();
  const engine = await startEngine({
    sip: { ip: '127.0.0.1', port: await freePort(), wsPort },
    drachtio: { port: 0, secret: randomBytes(9).toString('hex') },
    media: {
      sipPort: 0,
      eslPort: 0,
      eslPassword: randomBytes(9).toString('hex'),
      rtpIp: '127.0.0.1',
      rtpPorts: [firstRtp, firstRtp + RTP_PORTS - 1],
      recordingsDir: join(folder, 'recordings'),
      promptsDir: resolve(import.meta.dirname, '../../freeswitch/prompts'),
      rtpTimeoutS: 60,
    },
  });
  return {
    sipPort: engine.sipPort,
    settings: {
      DRACHTIO_URL: engine.drachtioUrl,
      FREESWITCH_URL: engine.freeswitchUrl,
      SIP_WS_PORT: String(wsPort),
    },
    pid: engine.pid,
    stop: () => engine.stop(),
  };
}
