import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { AppError, messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import { serverAccount } from './postgres-account.js';
import { Cluster, POSTGRES_USER, type Access } from './postgres-cluster.js';
import { postgresPrograms } from './postgres-programs.js';

const HOST = '127.0.0.1';
const DATABASE = 'linekeeper';
/** Long enough for crash recovery. */
const START_MS = 120_000;
const STOP_MS = 30_000;
const SERVER_SETTINGS = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  jit: 'off',
};

export interface EmbeddedPostgres {
  /** postgresql://… of the owner of the database. */
  url: string;
  /** Ends the server cleanly (fast shutdown). */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL with its data in DATA_DIR/postgres, on a port of the loopback that is kept from start to start.
 * A server that an earlier, killed control plane left running is used again. One that dies is started again.
 * @throws AppError with one line that says what to do
 */
export async function startPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const account = serverAccount();
  const cluster = new Cluster(dataDir, postgresPrograms(account), account);
  const server = new Server(cluster, await cluster.prepare());
  await server.start();
  return {
    url: server.url(DATABASE),
    stop: () => server.stop(),
  };
}

class Server {
  private pid = 0;
  private child: ChildProcess | undefined;
  private watch: NodeJS.Timeout | undefined;
  private isStopping = false;
  /** The port has been given out: it must not change any more. */
  private isPublished = false;

  constructor(
    private readonly cluster: Cluster,
    private access: Access,
  ) {}

  url(database: string): string {
    return `postgresql://${POSTGRES_USER}:${this.access.password}@${HOST}:${this.access.port}/${database}`;
  }

  async start(): Promise<void> {
    if (!(await this.takeOver())) await this.launch();
    await this.createDatabase();
    this.isPublished = true;
    this.watch = setInterval(() => this.restartIfGone(), 250).unref();
  }

  /** @returns whether a server of this folder is running already, and can be used */
  private async takeOver(): Promise<boolean> {
    const running = this.cluster.postmaster();
    if (!running || !isPostgres(running.pid)) return false;
    const access = { ...this.access, port: running.port };
    const before = this.access;
    this.access = access;
    const deadline = clock.monotonic() + START_MS;
    while (isPostgres(running.pid)) {
      const answer = await this.probe();
      if (answer === 'ready') {
        this.pid = running.pid;
        this.cluster.keep(access);
        log('postgres').info({ pid: running.pid }, 'a server left running is used again');
        return true;
      }
      if (clock.monotonic() > deadline || answer === 'strange') {
        throw new AppError(
          'postgres-running',
          `PostgreSQL (process ${running.pid}) holds ${this.cluster.folder} and does not answer: end it, then start again`,
        );
      }
      await pause(50);
    }
    this.access = before;
    return false;
  }

  private async launch(): Promise<void> {
    if (!this.isPublished) this.access = { ...this.access, port: await freePort(this.access.port) };
    const settings = { ...SERVER_SETTINGS, port: this.access.port };
    const logged = openSync(this.cluster.logFile, 'a', 0o600);
    const from = statSync(this.cluster.logFile).size;
    this.child = spawn(
      this.cluster.programs.postgres,
      [
        '-D',
        this.cluster.dataFlag(),
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      {
        ...this.cluster.account,
        cwd: this.cluster.folder,
        env: { LC_ALL: 'C' },
        stdio: ['ignore', logged, logged],
        // Its own process group: Ctrl-C at the terminal is for the control plane, which still has to write.
        detached: true,
      },
    );
    closeSync(logged);
    this.child.unref();
    const failure = await this.untilReady(this.child);
    if (failure) {
      const said = lastFatal(readFileSync(this.cluster.logFile, 'utf8').slice(from)) ?? failure;
      throw new AppError('postgres-start', `PostgreSQL does not start: ${said} (${this.cluster.logFile})`);
    }
    this.pid = this.child.pid as number;
    this.cluster.keep(this.access);
  }

  /** @returns why it will never be ready */
  private async untilReady(child: ChildProcess): Promise<string | undefined> {
    let failure: string | undefined;
    child.once('error', (error) => (failure = error.message));
    child.once('exit', (code, signal) => (failure ??= `it ended with ${signal ?? code}`));
    const deadline = clock.monotonic() + START_MS;
    while (!failure && clock.monotonic() < deadline) {
      const answer = await this.probe();
      if (answer === 'ready') return undefined;
      await pause(20);
    }
    if (!failure) child.kill('SIGQUIT');
    return failure ?? `no answer within ${START_MS / 1000} s`;
  }

  /** `strange`: something answers that is not the server of this folder. */
  private async probe(): Promise<'ready' | 'away' | 'strange'> {
    const client = new pg.Client({ connectionString: this.url('postgres'), connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT');
      return 'ready';
    } catch (error) {
      return (error as { code?: string }).code === '28P01' ? 'strange' : 'away';
    } finally {
      client.end().catch(() => undefined);
    }
  }

  private async createDatabase(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url('postgres') });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
    } finally {
      await client.end();
    }
  }

  private restartIfGone(): void {
    if (this.isStopping || isPostgres(this.pid)) return;
    clearInterval(this.watch);
    log('postgres').error({ pid: this.pid }, 'the server died: it is started again');
    void this.restart();
  }

  private async restart(): Promise<void> {
    // Orphans of the dead server hold its shared memory for a moment.
    for (let delay = 50; !this.isStopping; delay = Math.min(delay * 2, 2000)) {
      try {
        await this.start();
        return;
      } catch (error) {
        log('postgres').error({ error: messageOf(error) }, 'not started yet');
        await pause(delay);
      }
    }
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.watch);
    if (!isPostgres(this.pid)) return;
    process.kill(this.pid, 'SIGINT');
    const deadline = clock.monotonic() + STOP_MS;
    for (let isTold = false; isPostgres(this.pid);) {
      if (!isTold && clock.monotonic() > deadline) {
        isTold = true;
        process.kill(this.pid, 'SIGQUIT');
      }
      await pause(20);
    }
  }
}

/** Whether that process lives and is a server: after a restart of the machine the number may be another's. */
function isPostgres(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return /^\d+ \(postgres\) [^ZX]/.test(stat);
  } catch {
    return false;
  }
}

/** The wished port where it is free, or any. */
function freePort(wished: number): Promise<number> {
  const attempt = (port: number) =>
    new Promise<number>((done, fail) => {
      const server = createServer().once('error', fail);
      server.listen(port, HOST, () => {
        const { port: found } = server.address() as AddressInfo;
        server.close(() => done(found));
      });
    });
  return wished > 1023 ? attempt(wished).catch(() => attempt(0)) : attempt(0);
}

const lastFatal = (text: string): string | undefined =>
  text
    .split('\n')
    .findLast((line) => /(FATAL|PANIC|error):/.test(line))
    ?.replace(/^.*?(FATAL|PANIC|error):\s*/, '');
