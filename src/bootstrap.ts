import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { startBoxes, type Boxes } from './boxes.js';
import { CallRecovery } from './calls/call-recovery.js';
import { ControlPlanes } from './calls/control-planes.js';
import { LiveCalls } from './calls/live-calls.js';
import { AppError } from './common/app-error.js';
import type { Settings } from './common/env.js';
import { NestLog } from './common/nest-log.js';
import { configureHttp } from './http/configure-http.js';
import { Ledger } from './ledger/ledger.js';
import { Jobs } from './jobs/jobs.js';
import { MediaServers } from './media/media-servers.js';
import { FirstStart, type Started } from './provisioning/first-start.js';
import { DrachtioConnection } from './sip/drachtio.connection.js';
import { SipEdge } from './sip/sip-edge.js';

/** How long the endings of calls may take once they were told to end. */
const LAST_WRITES_MS = 5_000;

/** The running product. */
export interface Linekeeper {
  /** Takes no new calls, lets the others end until the settings' DRAIN_S, then stops everything. */
  drainAndStop(): Promise<void>;
  /** Ends the calls there are and stops everything. */
  stop(): Promise<void>;
  /** The administrator, and what this start set up. */
  readonly started: Started;
  /** Calls in progress. */
  readonly liveCalls: number;
  /** Resolves with its name when an embedded box ends by itself. */
  readonly lost: Promise<string>;
}

/**
 * Starts everything, from the boxes to the open ports. What it opened is closed again when a part fails.
 * @param say told of each part as it is ready, for a person to read
 * @throws AppError with one line that says what to do
 */
export async function startLinekeeper(settings: Settings, say: (line: string) => void): Promise<Linekeeper> {
  const boxes = await startBoxes(settings, say);
  let app: NestExpressApplication | undefined;
  try {
    app = await NestFactory.create<NestExpressApplication>(AppModule.with(boxes.settings), {
      logger: new NestLog(),
      abortOnError: false,
    });
    configureHttp(app, boxes.settings);
    await app.init();
    const started = await app.get(FirstStart).run();
    say('database and ledger');
    await openCalls(app, boxes.settings);
    say('calls');
    await listen(app, settings);
    return new Running(app, boxes, started);
  } catch (error) {
    if (app) await stopParts(app);
    await boxes.stop();
    throw error;
  }
}

/** What was left open by an earlier process is known before the first new call comes in. */
async function openCalls(app: NestExpressApplication, settings: Settings): Promise<void> {
  const mediaServers = app.get(MediaServers);
  const recovery = app.get(CallRecovery);
  await app.get(Ledger).drained();
  const leftOpen = await recovery.find();
  await mediaServers.connect(app.get(DrachtioConnection).stack, app.get(ControlPlanes).id, leftOpen.channels);
  await app.get(SipEdge).start(settings.DRACHTIO_URL ?? '');
  await recovery.settle(leftOpen.calls);
  await recovery.watch();
  await app.get(Jobs).start();
}

async function listen(app: NestExpressApplication, settings: Settings): Promise<void> {
  try {
    await app.listen(settings.HTTP_PORT, settings.LISTEN_IP);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new AppError(
        'port-in-use',
        `HTTP_PORT ${settings.HTTP_PORT} is in use by another program: choose another`,
      );
    }
    if (code === 'EADDRNOTAVAIL') {
      throw new AppError('no-such-address', `LISTEN_IP ${settings.LISTEN_IP} is no address of this machine`);
    }
    if (code === 'EACCES') {
      throw new AppError(
        'port-forbidden',
        `HTTP_PORT ${settings.HTTP_PORT} may not be opened by this user: choose one above 1023`,
      );
    }
    throw error;
  }
}

/** From the top down; parts that were not started have nothing to stop. */
async function stopParts(app: NestExpressApplication): Promise<void> {
  app.get(CallRecovery).stop();
  await app.get(SipEdge).stop();
  app.get(MediaServers).close();
  await app.get(Jobs).stop();
  await app.close();
}

class Running implements Linekeeper {
  private stopped?: Promise<void>;

  constructor(
    private readonly app: NestExpressApplication,
    private readonly boxes: Boxes,
    readonly started: Started,
  ) {}

  get liveCalls(): number {
    return this.app.get(LiveCalls).size;
  }

  get lost(): Promise<string> {
    return this.boxes.lost;
  }

  async drainAndStop(): Promise<void> {
    this.app.get(SipEdge).drain();
    await this.app.get(LiveCalls).untilEmpty(this.boxes.settings.DRAIN_S * 1000);
    await this.stop();
  }

  /** A second call waits for the first. */
  stop(): Promise<void> {
    return (this.stopped ??= this.stopAll());
  }

  private async stopAll(): Promise<void> {
    const liveCalls = this.app.get(LiveCalls);
    this.app.get(SipEdge).drain();
    liveCalls.endAll('shut-down');
    await liveCalls.untilEmpty(LAST_WRITES_MS);
    await stopParts(this.app);
    await this.boxes.stop();
  }
}
