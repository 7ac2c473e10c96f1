/** The embedded engine's process: a SIP server that speaks drachtio's protocol, and a media server that speaks ESL. */
import { messageOf } from '../common/app-error.js';
import { configureLog, log } from '../common/log.js';
import { startDrachtioServer } from './drachtio-server/index.js';
import type {
  EngineCounts,
  EngineOrder,
  EngineReady,
  EngineReply,
  EngineSettings,
} from './engine-messages.js';
import { startMediaServer } from './media-server/index.js';

/** A stop that hangs is ended by force, ms. */
const STOP_PATIENCE_MS = 4_000;

interface RunningEngine {
  ready: EngineReady;
  counts(): EngineCounts;
  stop(): Promise<void>;
}

async function startEngine(settings: EngineSettings): Promise<RunningEngine> {
  const media = await startMediaServer(settings.media);
  try {
    const drachtio = await startDrachtioServer(settings);
    void media.prepareForBrowsers();
    return {
      ready: {
        sip: { port: drachtio.sipPort, wsPort: drachtio.wsPort },
        drachtio: { port: drachtio.adminPort },
        esl: { port: media.eslPort },
        mediaSip: { port: media.sipPort },
      },
      counts: () => ({ drachtio: drachtio.counts(), media: media.counts() }),
      async stop() {
        await media.stop();
        await drachtio.stop();
      },
    };
  } catch (error) {
    await media.stop();
    throw error;
  }
}

let engine: RunningEngine | undefined;
let stopping = false;

const reply = (message: EngineReply) => process.connected && process.send?.(message);

async function start(settings: EngineSettings): Promise<void> {
  if (settings.logLevel) configureLog(settings.logLevel);
  try {
    engine = await startEngine(settings);
    reply({ ready: engine.ready });
  } catch (error) {
    const { code, port, address, path } = error as NodeJS.ErrnoException & {
      port?: number;
      address?: string;
    };
    reply({ failed: { code, port, address, path, message: messageOf(error) } });
    process.disconnect?.();
  }
}

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), STOP_PATIENCE_MS).unref();
  await engine
    ?.stop()
    .catch((error: unknown) => log('engine').error({ error: messageOf(error) }, 'stop failed'));
  process.exit(0);
}

process.on('message', (order: EngineOrder) => {
  if ('start' in order) void start(order.start);
  else if ('stop' in order) void stop();
  else if (engine) reply({ counted: order.count, counts: engine.counts() });
});
// Without its parent the engine has nobody to serve.
process.on('disconnect', () => void stop());
process.on('SIGTERM', () => void stop());
// Ctrl-C reaches the whole group of processes; the parent drains first and then says stop.
process.on('SIGINT', () => undefined);
process.on('uncaughtException', (error) => {
  log('engine').fatal({ error: messageOf(error), stack: error.stack }, 'the engine failed');
  process.exit(1);
});
