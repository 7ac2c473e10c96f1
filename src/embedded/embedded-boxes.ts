import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '../common/app-error.js';
import type {
  EngineCounts,
  EngineOrder,
  EngineReady,
  EngineReply,
  EngineSettings,
} from './engine-messages.js';

export type { EngineCounts, EngineSettings } from './engine-messages.js';

const START_PATIENCE_MS = 15_000;
/** Longer than the child gives itself. */
const STOP_PATIENCE_MS = 6_000;
const COUNT_PATIENCE_MS = 2_000;

export interface EmbeddedEngine {
  /** drachtio://:<secret>@127.0.0.1:<port> */
  drachtioUrl: string;
  /** esl://:<password>@127.0.0.1:<port> */
  freeswitchUrl: string;
  /** Where phones and carriers send their SIP. */
  sipPort: number;
  wsPort?: number;
  /** The media server's own SIP port, on loopback. */
  mediaSipPort: number;
  /** @throws AppError when the engine does not answer */
  counts(): Promise<EngineCounts>;
  pid: number;
  /** Hangs up, lets the recordings be closed, ends the process. Never throws. */
  stop(): Promise<void>;
  /** Resolves when the process has ended, whyever. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/**
 * Starts the embedded engine as a child process; it ends with this one.
 * @throws AppError whose message says in one line what to do
 */
export async function startEngine(settings: EngineSettings): Promise<EmbeddedEngine> {
  const program = fileURLToPath(new URL('./main.js', import.meta.url));
  // An empty environment: what is secret in ours is none of its business.
  const child = fork(program, {
    env: {},
    execArgv: [],
    serialization: 'json',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  let ready: EngineReady;
  try {
    ready = await started(child, exited, settings);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  const counts = counter(child);
  return {
    drachtioUrl: `drachtio://:${encodeURIComponent(settings.drachtio.secret)}@127.0.0.1:${ready.drachtio.port}`,
    freeswitchUrl: `esl://:${encodeURIComponent(settings.media.eslPassword)}@127.0.0.1:${ready.esl.port}`,
    sipPort: ready.sip.port,
    wsPort: ready.sip.wsPort,
    mediaSipPort: ready.mediaSip.port,
    counts,
    exited,
    pid: child.pid ?? 0,
    async stop() {
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
      tell(child, { stop: true });
      await exited;
      clearTimeout(force);
    },
  };
}

function tell(child: ChildProcess, order: EngineOrder): void {
  // A child that is gone needs no orders; `exited` tells of it.
  if (child.connected) child.send(order, () => undefined);
}

function started(
  child: ChildProcess,
  exited: EmbeddedEngine['exited'],
  settings: EngineSettings,
): Promise<EngineReady> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new AppError('engine-start', 'the embedded engine did not start within 15 s')),
      START_PATIENCE_MS,
    );
    child.once('message', (message: EngineReply) => {
      clearTimeout(timer);
      if ('ready' in message) resolve(message.ready);
      else if ('failed' in message) reject(explain(message.failed, settings));
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new AppError('engine-start', `the embedded engine cannot be started: ${error.message}`));
    });
    void exited.then(({ code, signal }) => {
      clearTimeout(timer);
      reject(new AppError('engine-start', `the embedded engine ended while it started (${signal ?? code})`));
    });
    tell(child, { start: settings });
  });
}

/** One line that names the setting and says what to do. */
function explain(
  { code, port, address, path, message }: Extract<EngineReply, { failed: unknown }>['failed'],
  { sip, media }: EngineSettings,
): AppError {
  const setting =
    port === sip.port
      ? 'SIP_PORT'
      : port === sip.wsPort
        ? 'SIP_WS_PORT'
        : port === sip.tls?.port
          ? 'SIP_TLS_PORT'
          : 'port';
  switch (code ?? '') {
    case 'EADDRINUSE':
      return new AppError('port-in-use', `${setting} ${port} is in use by another program: choose another`);
    case 'EACCES':
      return port === undefined
        ? new AppError('engine-start', `${path ?? 'a file'} cannot be read: check its permissions`)
        : new AppError(
            'port-refused',
            `${setting} ${port} may not be opened by this user: choose one above 1023`,
          );
    case 'EADDRNOTAVAIL':
      return new AppError(
        'no-such-address',
        `LISTEN_IP ${address ?? media.rtpIp} is no address of this machine: choose another`,
      );
    case 'ENOENT':
      return new AppError('engine-start', `${path ?? 'a file'} is missing: check TLS_CERT and TLS_KEY`);
    default:
      return new AppError('engine-start', `the embedded engine cannot start: ${message}`);
  }
}

function counter(child: ChildProcess): () => Promise<EngineCounts> {
  let asked = 0;
  const waiting = new Map<number, (counts: EngineCounts) => void>();
  child.on('message', (message: EngineReply) => {
    if (!('counted' in message)) return;
    waiting.get(message.counted)?.(message.counts);
    waiting.delete(message.counted);
  });
  return () =>
    new Promise((resolve, reject) => {
      const id = (asked += 1);
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new AppError('engine-away', 'the embedded engine does not answer'));
      }, COUNT_PATIENCE_MS);
      waiting.set(id, (counts) => {
        clearTimeout(timer);
        resolve(counts);
      });
      tell(child, { count: id });
    });
}
