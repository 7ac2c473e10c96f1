import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Phone } from '../../src/simulate/phone.js';
import { testDatabase } from './database.js';
import { startEngines, type Engines } from './engines.js';
import { env } from './env.js';
import { freePort, freeUdpRange } from './free-ports.js';
import { System } from './system.js';

const RTP_PORTS = 200;

/** Two control planes on one drachtio-server, one FreeSWITCH (or one embedded engine), one PostgreSQL. */
export interface TwoPlanes {
  /** Where phones and carriers send their SIP: both planes' requests come from there. */
  sipPort: number;
  planes: [System, System];
  /** A phone or a carrier; closed with the rest. */
  phone(user: string, password?: string): Promise<Phone>;
  close(): Promise<void>;
}

/** @param settings of both planes, over the tests' own */
export async function startTwoPlanes(settings: Record<string, string> = {}): Promise<TwoPlanes> {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-two-'));
  const engines = env.engine === 'external' ? await startEngines(folder) : await embeddedEngine(folder);
  const database = await testDatabase();
  const shared = {
    ...engines.settings,
    DATABASE_URL: database.url,
    DATA_KEY: randomBytes(32).toString('base64'),
    RECORDINGS_DIR: join(folder, 'recordings'),
    ...settings,
  };
  const planes: System[] = [];
  const phones: Phone[] = [];
  const close = async () => {
    await Promise.all(phones.map((phone) => phone.close()));
    for (const plane of planes) await plane.stop();
    await engines.stop();
    await database.drop();
    if (!env.keep) rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (let count = 0; count < 2; count++) {
      planes.push(await System.prepare({ shared: { engines, database }, settings: shared }));
    }
    // Both at once: the first start of a company is theirs together.
    await Promise.all(planes.map((plane) => plane.run()));
  } catch (error) {
    await close();
    throw error;
  }
  const { sipPort } = engines;
  return {
    sipPort,
    planes: planes as [System, System],
    async phone(user, password) {
      const phone = await Phone.open({ server: { ip: '127.0.0.1', port: sipPort }, user, password });
      phones.push(phone);
      return phone;
    },
    close,
  };
}

/** The embedded engine as a box of its own, which outlives every control plane. */
async function embeddedEngine(folder: string): Promise<Engines> {
  // The compiled one: its child process is a plain Node program.
  const { startEngine } = (await import(
    '../../dist/embedded/embedded-boxes.js' as string
  )) as typeof import('../../src/embedded/embedded-boxes.js');
  const firstRtp = await freeUdpRange(RTP_PORTS);
  const engine = await startEngine({
    sip: { ip: '127.0.0.1', port: await freePort(), wsPort: await freePort() },
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
    settings: { DRACHTIO_URL: engine.drachtioUrl, FREESWITCH_URL: engine.freeswitchUrl },
    stop: () => engine.stop(),
  };
}
