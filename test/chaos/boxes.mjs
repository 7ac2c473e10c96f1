// The processes of the product, each kept running by a supervisor as systemd or docker would, and what can be done to them.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { clearTimeout } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import { controlPlane } from '../../src/set-up.mjs';
import { commandOf, descendantsOf, isAlive } from './processes.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const RESTART_AFTER_MS = 300;
const SECRET = 'of-this-campaign';

/** A process that is started again whenever it ends, until stop(). */
class Supervised {
  #child;
  #ended = Promise.resolve();
  #wanted = false;
  starts = 0;

  constructor(name, launch, onOutput = () => undefined) {
    this.name = name;
    this.launch = launch;
    this.onOutput = onOutput;
  }

  get pid() {
    return this.#child && this.#child.exitCode === null && this.#child.signalCode === null
      ? this.#child.pid
      : 0;
  }

  start() {
    this.#wanted = true;
    this.starts += 1;
    const { program, args, env } = this.launch;
    const child = spawn(program, args, { env, cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.stdout.on('data', (chunk) => this.onOutput(chunk.toString()));
    child.stderr.on('data', (chunk) => this.onOutput(chunk.toString()));
    child.on('error', (error) => this.onOutput(`${program}: ${error.message}\n`));
    this.#ended = new Promise((done) =>
      child.once('close', (code, signal) => {
        this.onOutput(`== ${this.name} (process ${child.pid}) ended with ${signal ?? code}\n`);
        if (this.#wanted) setTimeout(() => this.#wanted && this.start(), RESTART_AFTER_MS);
        done();
      }),
    );
  }

  /** In good order; killed where that takes longer than `limitMs`. */
  async stop(limitMs = 20_000) {
    this.#wanted = false;
    const { pid } = this;
    if (pid === 0) return;
    process.kill(pid, 'SIGCONT');
    process.kill(pid, 'SIGTERM');
    const force = setTimeout(() => isAlive(pid) && process.kill(pid, 'SIGKILL'), limitMs);
    await this.#ended;
    clearTimeout(force);
  }
}

/** Who a fault hits: the processes of a victim now, the first one first; none while it is down. */
const victimsOf = (boxes) => ({
  'control plane': () => [boxes.planes[0].pid],
  'second control plane': () => [boxes.planes[1]?.pid ?? 0],
  engine: () => descendantsOf(boxes.planes[0].pid).filter((pid) => /embedded\/main\.js/.test(commandOf(pid))),
  postgres: () => {
    const postmaster = boxes.postmaster();
    return [postmaster, ...descendantsOf(postmaster)];
  },
  redis: () => [boxes.redis?.pid ?? 0],
  'drachtio-server': () => [boxes.drachtio?.pid ?? 0],
  freeswitch: () => [boxes.freeswitch?.pid ?? 0],
});

/** Weights of the victims: the control plane and the media matter most. */
const WEIGHTS = {
  'control plane': 3,
  'second control plane': 3,
  engine: 3,
  postgres: 3,
  redis: 1,
  'drachtio-server': 2,
  freeswitch: 3,
};
const VICTIMS = {
  embedded: ['control plane', 'engine', 'postgres'],
  external: ['control plane', 'postgres', 'drachtio-server', 'freeswitch'],
};

/** Names of what can be hit, with weights, for the plan. */
export const victimWeights = (engine, { withRedis, planes }) =>
  Object.fromEntries(
    [
      ...VICTIMS[engine],
      ...(withRedis ? ['redis'] : []),
      ...(planes > 1 ? ['second control plane'] : []),
    ].map((name) => [name, WEIGHTS[name]]),
  );

const signal = (pid, name) => {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended meanwhile
  }
};

export class Boxes {
  /** Control planes; with the embedded engine one, whose child it is. */
  planes = [];
  redis;
  drachtio;
  freeswitch;
  #postgres;
  #stopped = new Set();
  #options;
  #onOutput;
  settings = {};

  /** @param options engine, planes, dataDir, ports, programs, withRedis, settings */
  constructor(options, onOutput) {
    this.#options = options;
    this.#onOutput = onOutput;
  }

  async start() {
    const { engine, dataDir, ports, programs, withRedis, settings } = this.#options;
    this.settings = { ...settings };
    if (withRedis) {
      const args = ['--port', `${ports.redis}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      this.redis = new Supervised(
        'redis',
        { program: 'redis-server', args, env: process.env },
        () => undefined,
      );
      this.redis.start();
      this.settings.REDIS_URL = `redis://127.0.0.1:${ports.redis}`;
    }
    if (engine === 'external') {
      const folder = join(dataDir, 'server');
      mkdirSync(folder, { mode: 0o700 });
      this.#postgres = { folder, server: await this.#startPostgres(folder) };
      this.drachtio = new Supervised('drachtio-server', drachtio(programs, ports), this.#onOutput);
      this.freeswitch = new Supervised('freeswitch', freeswitch(programs, ports, dataDir), this.#onOutput);
      this.drachtio.start();
      this.freeswitch.start();
      await Promise.all([accepts(ports.drachtio), accepts(ports.esl)]);
      Object.assign(this.settings, {
        DATABASE_URL: this.#postgres.server.url,
        DRACHTIO_URL: `drachtio://:${SECRET}@127.0.0.1:${ports.drachtio}`,
        FREESWITCH_URL: `esl://:${SECRET}@127.0.0.1:${ports.esl}`,
      });
    }
    for (const [index, name] of ['control plane', 'second control plane']
      .slice(0, this.#options.planes)
      .entries()) {
      const env = { ...this.settings, ...this.#ownOf(index) };
      const launch = { program: process.execPath, args: controlPlane, env };
      this.planes.push(new Supervised(name, launch, this.#onOutput));
    }
    for (const plane of this.planes) plane.start();
    await this.untilReady();
  }

  async #startPostgres(folder) {
    const { startPostgres } = await import('../../dist/embedded/postgres.js'); // dist/ is there only now
    return startPostgres(folder);
  }

  /** What a control plane does not share with the other. */
  #ownOf(index) {
    if (index === 0) return {};
    const dataDir = join(this.#options.dataDir, 'second');
    mkdirSync(dataDir, { mode: 0o700 });
    return {
      DATA_DIR: dataDir,
      RECORDINGS_DIR: join(this.#options.dataDir, 'recordings'),
      HTTP_PORT: `${this.#options.ports.secondHttp}`,
    };
  }

  /** The web side of each control plane. */
  get webs() {
    const { http, secondHttp } = this.#options.ports;
    return [http, secondHttp].slice(0, this.planes.length).map((port) => `http://127.0.0.1:${port}`);
  }

  /** Waits until every control plane takes calls. */
  async untilReady(limitMs = 60_000) {
    const deadline = performance.now() + limitMs;
    for (const web of this.webs) {
      for (;;) {
        let last;
        try {
          const answer = await fetch(`${web}/health/ready`, { signal: AbortSignal.timeout(3_000) });
          if (answer.ok) break;
          last = await answer.text();
        } catch (error) {
          last = error.message;
        }
        if (performance.now() > deadline) throw new Error(`a control plane is not ready: ${last}`);
        await pause(100);
      }
    }
  }

  /** The PostgreSQL server's first process; 0 while it is down. */
  postmaster() {
    const folder = this.#postgres?.folder ?? this.#options.dataDir;
    try {
      const pid = Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
      return isAlive(pid) && readlinkSync(`/proc/${pid}/cwd`) === join(folder, 'postgres') ? pid : 0;
    } catch {
      return 0;
    }
  }

  /** What PostgreSQL refused for its content, and why: nothing may be. */
  setAside() {
    return [this.#options.dataDir, join(this.#options.dataDir, 'second')]
      .map((folder) => join(folder, 'spool', 'rejected.jsonl'))
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'utf8').trim());
  }

  /** Of the owner of the product's database. */
  get databaseUrl() {
    if (this.#postgres) return this.#postgres.server.url;
    const { port, password } = JSON.parse(readFileSync(join(this.#options.dataDir, 'postgres.json'), 'utf8'));
    return `postgresql://linekeeper:${password}@127.0.0.1:${port}/linekeeper`;
  }

  /**
   * Does to a victim what the plan says.
   * @returns 'done', or 'was down' where there is no process to do it to
   */
  hit({ deed, victim, forMs }) {
    const found = victimsOf(this)[victim]();
    const pids = found.filter((pid) => pid > 0);
    const [first] = pids;
    if (!first) return 'was down';
    if (deed === 'away' && this.#postgres) {
      this.#leaveDead(this.#postgres, first, forMs);
      return 'done';
    }
    if (deed === 'stop' || deed === 'away') {
      for (const pid of pids) {
        signal(pid, 'SIGSTOP');
        this.#stopped.add(pid);
      }
      setTimeout(() => this.#resume(pids), forMs);
      return 'done';
    }
    // PostgreSQL's fast shutdown, as pg_ctl, systemd and its image have it: a smart one waits until all clients have gone.
    const goodOrder = victim === 'postgres' ? 'SIGINT' : 'SIGTERM';
    signal(first, deed === 'kill' ? 'SIGKILL' : goodOrder);
    if (deed === 'restart') this.#resume(pids);
    return 'done';
  }

  /** Kills PostgreSQL, and starts it only after a while; the embedded one, which its control plane starts at once, is stopped. */
  #leaveDead(postgres, postmaster, forMs) {
    const ended = postgres.server.stop(); // from here on nobody starts it again
    signal(postmaster, 'SIGKILL');
    postgres.back = ended
      .then(() => pause(forMs))
      .then(async () => (postgres.server = await this.#startPostgres(postgres.folder)));
  }

  /** The control plane that ends by that, and is started anew: with its embedded engine it ends too. */
  endsPlane({ deed, victim }) {
    if (deed === 'stop' || deed === 'away') return undefined;
    if (victim === 'second control plane') return this.planes[1];
    return victim === 'control plane' || victim === 'engine' ? this.planes[0] : undefined;
  }

  /** Waits for a start of the control plane after so many. */
  async untilStarted(plane, startsBefore, limitMs = 40_000) {
    const deadline = performance.now() + limitMs;
    while (plane.starts === startsBefore && performance.now() < deadline) await pause(50);
  }

  #resume(pids) {
    for (const pid of pids) if (this.#stopped.delete(pid)) signal(pid, 'SIGCONT');
  }

  /** Nothing is stopped any more. */
  resumeAll() {
    this.#resume([...this.#stopped]);
  }

  /** Every process of the product that may hold files. */
  pids() {
    const own = [...this.planes.map(({ pid }) => pid), this.drachtio?.pid, this.freeswitch?.pid].filter(
      Boolean,
    );
    return own.flatMap((pid) => [pid, ...descendantsOf(pid)]);
  }

  /** How often each was started, for a person. */
  starts() {
    const all = [...this.planes, this.drachtio, this.freeswitch, this.redis].filter(Boolean);
    return all.map(({ name, starts }) => `${name} ${starts}×`).join(', ');
  }

  /** The control planes end in good order and start anew. */
  async restartPlanes() {
    for (const plane of this.planes) await plane.stop(40_000);
    for (const plane of this.planes) plane.start();
    await this.untilReady();
  }

  async stop() {
    this.resumeAll();
    for (const plane of this.planes) await plane.stop(40_000);
    await Promise.all([this.drachtio?.stop(), this.freeswitch?.stop(), this.redis?.stop()]);
    await this.#postgres?.back;
    await this.#postgres?.server.stop();
  }
}

const drachtio = ({ drachtioBin }, ports) => ({
  program: drachtioBin,
  args: [
    ...['-f', join(ROOT, 'config/drachtio.conf.xml')],
    ...['-c', `sip:127.0.0.1:${ports.sip};transport=udp,tcp`],
    ...['-c', `sip:127.0.0.1:${ports.ws};transport=ws`],
  ],
  env: {
    PATH: process.env.PATH,
    DRACHTIO_SECRET: SECRET,
    DRACHTIO_ADMIN_ADDRESS: '127.0.0.1',
    DRACHTIO_ADMIN_TCP_PORT: `${ports.drachtio}`,
  },
});

function freeswitch({ freeswitchBin }, ports, dataDir) {
  const folders = ['log', 'db', 'run', 'temp', 'certs'].map((name) => [
    `-${name}`,
    join(dataDir, 'freeswitch', name),
  ]);
  for (const [, folder] of folders) mkdirSync(folder, { recursive: true });
  return {
    program: freeswitchBin,
    args: ['-nonat', '-nf', '-nc', '-np', '-conf', join(ROOT, 'freeswitch'), ...folders.flat()],
    env: {
      PATH: process.env.PATH,
      FREESWITCH_SIP_PORT: `${ports.mediaSip}`,
      FREESWITCH_ESL_PORT: `${ports.esl}`,
      FREESWITCH_ESL_PASSWORD: SECRET,
      FREESWITCH_RTP_PORT_MIN: `${ports.rtp}`,
      FREESWITCH_RTP_PORT_MAX: `${ports.rtp + 998}`,
    },
  };
}

async function accepts(port) {
  const deadline = performance.now() + 30_000;
  const listens = () =>
    new Promise((done) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => socket.destroy() && done(true)).once('error', () => done(false));
    });
  while (!(await listens())) {
    if (performance.now() > deadline) throw new Error(`nothing listens on port ${port}`);
    await pause(100);
  }
}
