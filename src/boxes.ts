import { randomBytes } from 'node:crypto';
import { lockDataDir } from './common/data-dir-lock.js';
import type { Settings } from './common/env.js';
import { startEngine } from './embedded/embedded-boxes.js';
import { startPostgres } from './embedded/postgres.js';

/** What runs beside the control plane because its address is not configured. */
export interface Boxes {
  /** The settings with every address filled in. */
  settings: Settings;
  /** Ends the embedded boxes, the last started first. */
  stop(): Promise<void>;
  /** Resolves with its name when an embedded box ends by itself. */
  lost: Promise<string>;
}

/**
 * Starts the embedded PostgreSQL and the embedded engine where DATABASE_URL, DRACHTIO_URL and FREESWITCH_URL
 * do not name outer ones.
 * @param say told of each box as it is ready
 * @throws AppError with one line that says what to do
 */
export async function startBoxes(settings: Settings, say: (line: string) => void): Promise<Boxes> {
  const stops: (() => Promise<void>)[] = [];
  let stopping = false;
  let tellLost: (what: string) => void;
  const lost = new Promise<string>((resolve) => (tellLost = resolve));
  const stop = async () => {
    stopping = true;
    for (const end of stops.splice(0).reverse()) await end();
  };
  let complete = settings;
  try {
    const free = lockDataDir(settings.DATA_DIR);
    stops.push(async () => free());
    if (!settings.DATABASE_URL) {
      const postgres = await startPostgres(settings.DATA_DIR);
      stops.push(() => postgres.stop());
      complete = { ...complete, DATABASE_URL: postgres.url };
      say('PostgreSQL (embedded)');
    }
    if (!settings.DRACHTIO_URL || !settings.FREESWITCH_URL) {
      const engine = await startEngine(engineSettings(settings));
      stops.push(() => engine.stop());
      void engine.exited.then(() => {
        if (!stopping) tellLost('the embedded engine');
      });
      complete = {
        ...complete,
        DRACHTIO_URL: settings.DRACHTIO_URL ?? engine.drachtioUrl,
        FREESWITCH_URL: settings.FREESWITCH_URL ?? engine.freeswitchUrl,
      };
      say('SIP and media engine (embedded)');
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { settings: complete, stop, lost };
}

function engineSettings(settings: Settings): Parameters<typeof startEngine>[0] {
  const [first = 20_000, last = 21_999] = settings.RTP_PORTS.split('-').map(Number);
  const tls =
    settings.TLS_CERT && settings.TLS_KEY
      ? {
          port: settings.SIP_TLS_PORT ?? settings.SIP_PORT + 1,
          cert: settings.TLS_CERT,
          key: settings.TLS_KEY,
        }
      : undefined;
  return {
    sip: {
      ip: settings.LISTEN_IP,
      port: settings.SIP_PORT,
      wsPort: settings.SIP_WS_PORT,
      ...(tls && { tls }),
    },
    // Control ports are any free ones of the loopback, their secrets new at every start.
    // Its SIP ports are open before we are: what comes meanwhile waits, as nobody could write its refusal down.
    drachtio: { port: 0, secret: randomBytes(24).toString('base64url'), holdUntilRouted: true },
    media: {
      sipPort: 0,
      eslPort: 0,
      eslPassword: randomBytes(24).toString('base64url'),
      rtpIp: settings.LISTEN_IP,
      rtpPorts: [first, last],
      recordingsDir: settings.RECORDINGS_DIR,
      promptsDir: settings.PROMPTS_DIR,
      rtpTimeoutS: settings.RTP_TIMEOUT_S,
    },
  };
}
