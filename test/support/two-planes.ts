import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Phone } from '../../src/simulate/phone.js';
import { testDatabase } from './database.js';
import { embeddedEngine } from './embedded-engine.js';
import { startEngines } from './engines.js';
import { env } from './env.js';
import { startMediaBox, type MediaBox } from './media-box.js';
import { System } from './system.js';

/** Two control planes on one drachtio-server, one FreeSWITCH (or one embedded engine), one PostgreSQL. */
export interface TwoPlanes {
  /** Where phones and carriers send their SIP: both planes' requests come from there. */
  sipPort: number;
  planes: [System, System];
  /** Media servers beside the first one. */
  more: MediaBox[];
  /** A phone or a carrier; closed with the rest. */
  phone(user: string, password?: string): Promise<Phone>;
  close(): Promise<void>;
}

/**
 * @param settings of both planes, over the tests' own
 * @param mediaServers how many
 */
export async function startTwoPlanes(
  settings: Record<string, string> = {},
  { mediaServers = 1 } = {},
): Promise<TwoPlanes> {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-two-'));
  const engines = env.engine === 'external' ? await startEngines(folder) : await embeddedEngine(folder);
  const more: MediaBox[] = [];
  for (let count = 1; count < mediaServers; count++) more.push(await startMediaBox(folder, count));
  const database = await testDatabase();
  const shared = {
    ...engines.settings,
    FREESWITCH_URL: [engines.settings['FREESWITCH_URL'], ...more.map(({ url }) => url)].join(','),
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
    await Promise.all([engines.stop(), ...more.map((box) => box.stop())]);
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
    more,
    async phone(user, password) {
      const phone = await Phone.open({ server: { ip: '127.0.0.1', port: sipPort }, user, password });
      phones.push(phone);
      return phone;
    },
    close,
  };
}
