import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { env } from './env.js';
import { freePort, freeUdpRange } from './free-ports.js';
import { until } from './until.js';

const ROOT = resolve(import.meta.dirname, '../..');
const SECRET = 'of-this-test-run';

/** A real drachtio-server and a real FreeSWITCH. */
export interface Engines {
  /** Where phones and carriers send their SIP. */
  sipPort: number;
  /** Settings of the product that lead to them. */
  settings: Record<string, string>;
  stop(): Promise<void>;
}

/**
 * With ENGINE=external: the servers at EXTERNAL_DRACHTIO_URL and EXTERNAL_FREESWITCH_URL, or the programs
 * DRACHTIO_BIN and FREESWITCH_BIN started with the configuration of this repository on free ports.
 * @param rtpTimeoutS seconds without RTP until FreeSWITCH gives a leg up, where it is started here
 */
export async function startEngines(dataDir: string, rtpTimeoutS = 60): Promise<Engines> {
  const { drachtioUrl, freeswitchUrl, drachtioBin, freeswitchBin } = env.external;
  if (drachtioUrl && freeswitchUrl) {
    return {
      sipPort: 5060,
      settings: { DRACHTIO_URL: drachtioUrl, FREESWITCH_URL: freeswitchUrl },
      stop: async () => undefined,
    };
  }
  if (!drachtioBin || !freeswitchBin) {
    throw new Error(
      'ENGINE=external needs EXTERNAL_DRACHTIO_URL and EXTERNAL_FREESWITCH_URL, or DRACHTIO_BIN and FREESWITCH_BIN',
    );
  }
  const [drachtio, freeswitch] = await Promise.all([
    startDrachtio(drachtioBin),
    startFreeswitch(freeswitchBin, dataDir, rtpTimeoutS),
  ]);
  return {
    sipPort: drachtio.sipPort,
    settings: {
      DRACHTIO_URL: drachtio.url,
      FREESWITCH_URL: freeswitch.url,
      SIP_WS_PORT: String(drachtio.wsPort),
    },
    stop: async () => void (await Promise.all([end(drachtio.child), end(freeswitch.child)])),
  };
}

/** A drachtio-server alone, with the configuration of this repository, on free ports. */
export async function startDrachtio(program: string) {
  const [sipPort, wsPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const contacts = [`sip:127.0.0.1:${sipPort};transport=udp,tcp`, `sip:127.0.0.1:${wsPort};transport=ws`];
  const child = spawn(
    program,
    ['-f', join(ROOT, 'config/drachtio.conf.xml'), ...contacts.flatMap((contact) => ['-c', contact])],
    {
      stdio: 'ignore',
      env: {
        PATH: env.path,
        DRACHTIO_SECRET: SECRET,
        DRACHTIO_ADMIN_ADDRESS: '127.0.0.1',
        DRACHTIO_ADMIN_TCP_PORT: String(adminPort),
      },
    },
  );
  await accepts(adminPort, child);
  return { child, sipPort, wsPort, url: `drachtio://:${SECRET}@127.0.0.1:${adminPort}` };
}

export async function startFreeswitch(program: string, dataDir: string, rtpTimeoutS: number) {
  const [sipPort, eslPort, rtpPort] = [await freePort(), await freePort(), await freeUdpRange(200)];
  // Each has a certificate of its own, as each machine does.
  const folders = ['log', 'db', 'run', 'temp', 'certs'].map(
    (name) => [`-${name}`, join(dataDir, 'freeswitch', name)] as const,
  );
  for (const [, folder] of folders) mkdirSync(folder, { recursive: true });
  const child = spawn(
    program,
    ['-nonat', '-nosql', '-nf', '-nc', '-np', '-conf', join(ROOT, 'freeswitch'), ...folders.flat()],
    {
      stdio: 'ignore',
      env: {
        PATH: env.path,
        FREESWITCH_SIP_PORT: String(sipPort),
        FREESWITCH_ESL_PORT: String(eslPort),
        FREESWITCH_ESL_PASSWORD: SECRET,
        FREESWITCH_MEDIA_TIMEOUT_MS: String(rtpTimeoutS * 1000),
        FREESWITCH_RTP_PORT_MIN: String(rtpPort),
        FREESWITCH_RTP_PORT_MAX: String(rtpPort + 199),
      },
    },
  );
  await accepts(eslPort, child);
  return { child, url: `esl://:${SECRET}@127.0.0.1:${eslPort}` };
}

/** Waits until something listens on the port. */
async function accepts(port: number, child: ChildProcess): Promise<void> {
  await until(
    `${child.spawnfile} listens on ${port}`,
    () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
      return new Promise<boolean>((done) => {
        const socket = connect(port, '127.0.0.1');
        socket.once('connect', () => done(true)).once('error', () => done(false));
        socket.once('connect', () => socket.destroy());
      });
    },
    30_000,
    100,
  );
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
