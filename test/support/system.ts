import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import type { CallView } from '../../src/contracts/calls.js';
import { messageOf } from '../../src/common/app-error.js';
import { testDatabase, type TestDatabase } from './database.js';
import { env } from './env.js';
import { startEngines, type Engines } from './engines.js';
import { freePort, freeUdpRange } from './free-ports.js';
import { commandOf, descendantsOf, isAlive, openFilesOf, udpSocketsOf } from './processes.js';
import { until, within } from './until.js';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const RTP_PORTS = 200;

/** Gauges that are 0 when nothing of a call is left. */
const LIVE_GAUGES = [
  'linekeeper_live_calls',
  'linekeeper_live_legs',
  'linekeeper_sip_dialogs',
  'linekeeper_sip_pending_invites',
] as const;

export const ADMIN = { email: 'admin@example.com', password: 'a long admin password' };

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface LedgerRow {
  seq: number;
  kind: string;
  at: Date;
  actor: string;
  call_id: string | null;
  client_id: string | null;
  payload: Record<string, unknown>;
}

export interface SystemOptions {
  /** Settings of the product, over the tests' own. */
  settings?: Record<string, string>;
  /** The product's embedded PostgreSQL instead of a database of the tests. */
  embeddedDatabase?: boolean;
  /** A database made before, where the test reaches it another way than the product. */
  database?: TestDatabase;
  /** Boxes that other control planes use too: stop() leaves them alone. */
  shared?: { engines: Engines; database: TestDatabase };
}

/** The product, started as people start it, seen from outside only. */
export class System {
  private child: ChildProcess | undefined;
  private exit: Promise<number | null> = Promise.resolve(null);
  private readonly tokens = new Map<string, string>();
  private pool: pg.Pool | undefined;
  private quietSockets = 0;
  /** Everything the process printed, since the first start. */
  output = '';
  /** Of that, what came on stderr: why it ended. */
  private complaints = '';

  private constructor(
    readonly dataDir: string,
    readonly settings: Readonly<Record<string, string>>,
    readonly sipPort: number,
    readonly httpPort: number,
    readonly database: TestDatabase | undefined,
    private readonly engines: Engines | undefined,
    private readonly boxesAreShared: boolean,
  ) {}

  /** Starts the product on free ports with an empty data folder and waits until it is ready. */
  static async start(options: SystemOptions = {}): Promise<System> {
    const system = await System.prepare(options);
    try {
      await system.run();
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  /** All of start() but the process itself. */
  static async prepare({
    settings = {},
    embeddedDatabase = false,
    database: given,
    shared,
  }: SystemOptions = {}): Promise<System> {
    const dataDir = mkdtempSync(join(tmpdir(), 'linekeeper-e2e-'));
    const engines =
      shared?.engines ??
      (env.engine === 'external'
        ? await startEngines(dataDir, Number(settings['RTP_TIMEOUT_S'] ?? 60))
        : undefined);
    const sipPort = engines?.sipPort ?? (await freePort());
    const httpPort = await freePort();
    const firstRtp = await freeUdpRange(RTP_PORTS);
    const database = embeddedDatabase ? undefined : (shared?.database ?? given ?? (await testDatabase()));
    return new System(
      dataDir,
      {
        PATH: env.path,
        HOME: env.home,
        DATA_DIR: dataDir,
        HTTP_PORT: String(httpPort),
        SIP_PORT: String(sipPort),
        SIP_WS_PORT: String(await freePort()),
        RTP_PORTS: `${firstRtp}-${firstRtp + RTP_PORTS - 1}`,
        ADMIN_EMAIL: ADMIN.email,
        ADMIN_PASSWORD: ADMIN.password,
        LOG_LEVEL: 'debug',
        ...(database && { DATABASE_URL: database.url }),
        ...engines?.settings,
        ...settings,
      },
      sipPort,
      httpPort,
      database,
      engines,
      shared !== undefined,
    );
  }

  /** Starts the process (again) and waits until it is ready. */
  async run(): Promise<void> {
    await this.spawn();
    const gone = this.exit.then((code) => {
      throw new Error(`the product ended with ${code}`);
    });
    gone.catch(() => undefined); // a later end is the test's own
    const ready = until('the product is ready', () => this.isReady(), 60_000, 100);
    try {
      await Promise.race([ready, gone]);
    } catch (error) {
      throw new Error(`${messageOf(error)}\n${this.lastWords()}`, { cause: error });
    }
    this.quietSockets = this.engineUdpSockets();
  }

  /** Starts the process without waiting. */
  spawn(): Promise<void> {
    const child = spawn(process.execPath, [MAIN], {
      env: this.settings,
      cwd: resolve(MAIN, '../..'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
      this.complaints += chunk.toString();
    });
    this.exit = new Promise((done) => child.once('close', (code) => done(code)));
    return new Promise((done, fail) => child.once('spawn', done).once('error', fail));
  }

  /** What /health/ready says. @throws where it does not answer, or names a part that is down */
  async isReady(): Promise<boolean> {
    const response = await fetch(`${this.web}/health/ready`);
    if (response.ok) return true;
    throw new Error(`${response.status} ${await response.text()}`);
  }

  /** Why it ended, as far as it said so. */
  private lastWords(): string {
    const said = this.output.split('\n').filter((line) => !line.includes('"part":"nest"'));
    const { exitCode, signalCode } = this.child ?? {};
    return `${signalCode ?? exitCode} ${this.complaints.slice(-1000)}\n${said.slice(-15).join('\n')}`;
  }

  get running(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get web(): string {
    return `http://127.0.0.1:${this.httpPort}`;
  }

  /** Sends SIGTERM and waits for the end. @returns the exit code, null after a signal */
  async terminate(limitMs = 20_000): Promise<number | null> {
    this.child?.kill('SIGTERM');
    return within(limitMs, 'the product ends after SIGTERM', this.exit);
  }

  /** Waits for the process to end by itself. */
  ended(limitMs = 20_000): Promise<number | null> {
    return within(limitMs, 'the product ends', this.exit);
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** kill -9 of the control plane; its children see to their own end. */
  async kill9(): Promise<void> {
    const children = this.children();
    this.child?.kill('SIGKILL');
    await this.exit;
    await until('its children are gone too', () => children.every((pid) => !isAlive(pid)), 15_000);
  }

  /** After kill9() or terminate(): the same data, ports and settings. */
  async restart(): Promise<void> {
    if (this.running) await this.terminate();
    this.tokens.clear();
    await this.run();
  }

  /** Ends everything and takes the folder and the database away. */
  async stop(): Promise<void> {
    if (this.running) {
      await this.terminate(30_000).catch(async (late: unknown) => {
        await this.kill9();
        throw late;
      });
    }
    await this.pool?.end();
    if (!this.boxesAreShared) {
      await this.engines?.stop();
      await this.database?.drop();
    }
    if (env.keep) process.stderr.write(`${this.dataDir} kept\n`);
    else rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Processes the product has started. */
  children(): number[] {
    return descendantsOf(this.pid);
  }

  /** The embedded engine's process. */
  get enginePid(): number {
    return this.children().find((pid) => /embedded\/main\.(js|ts)/.test(commandOf(pid))) ?? 0;
  }

  /** The postmaster of the embedded PostgreSQL. */
  get postgresPid(): number {
    return this.children().find((pid) => /postgres.* -D /.test(commandOf(pid))) ?? 0;
  }

  private engineUdpSockets(): number {
    return this.enginePid === 0 ? 0 : udpSocketsOf(this.enginePid);
  }

  /** One request to the REST interface; `as` signs in first (once a user). */
  async api<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    { as = 'admin', headers = {} }: { as?: string | null; headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> {
    const authorization: Record<string, string> = as
      ? { authorization: `Bearer ${await this.token(as)}` }
      : {};
    const whole = /^\/(api|health|metrics)\b/.test(path) ? path : `/api/v1${path}`;
    const request = {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...authorization,
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    };
    const response = await fetch(`${this.web}${whole}`, request).catch((error: unknown) => {
      throw this.running ? error : new Error(`the product has ended: ${this.lastWords()}`, { cause: error });
    });
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? await response.json() : Buffer.from(await response.arrayBuffer())) as T,
    };
  }

  /** The token of a user: `admin`, or an e-mail address with the password that createUser() gave it. */
  async token(as: string): Promise<string> {
    const known = this.tokens.get(as);
    if (known) return known;
    if (as !== 'admin') throw new Error(`${as} is not signed in: signIn() first`);
    return this.signIn('admin', ADMIN.email, ADMIN.password);
  }

  /** Signs a user in; later requests name him by `as`. */
  async signIn(as: string, email: string, password: string): Promise<string> {
    const { body, status } = await this.api<{ token: string }>(
      'POST',
      '/sign-in',
      { email, password },
      { as: null },
    );
    if (status >= 300) throw new Error(`sign-in of ${email}: ${status} ${JSON.stringify(body)}`);
    this.tokens.set(as, body.token);
    return body.token;
  }

  /** The newest calls, newest first. */
  async calls(as = 'admin'): Promise<CallView[]> {
    const { body, status } = await this.api<{ items: CallView[] }>('GET', '/calls?limit=200', undefined, {
      as,
    });
    if (status !== 200) throw new Error(`GET /calls: ${status} ${JSON.stringify(body)}`);
    return body.items;
  }

  /** Waits until `count` calls have ended since the start. @returns them, oldest first */
  async endedCalls(count: number, limitMs = 15_000): Promise<CallView[]> {
    return until(
      `${count} calls are ended in the ledger`,
      async () => {
        const calls = await this.calls();
        const ended = calls.filter((call) => call.endedAt !== null);
        return ended.length >= count && ended.length === calls.length ? ended.reverse() : undefined;
      },
      limitMs,
    );
  }

  /** Rows of the tests' database, read as its owner. */
  async sql<T extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values: unknown[] = [],
  ): Promise<T[]> {
    if (!this.database) throw new Error('the embedded database is read through REST only');
    this.pool ??= new pg.Pool({ connectionString: this.database.url, max: 2 });
    this.pool.on('error', () => undefined); // PostgreSQL is stopped in some tests
    return (await this.pool.query<T>(text, values)).rows;
  }

  /** Runs a statement in a transaction that stands until it is released: whoever needs its locks waits. */
  async hold(text: string): Promise<{ release(): Promise<void> }> {
    const client = new pg.Client({ connectionString: this.database?.url });
    await client.connect();
    await client.query('BEGIN');
    await client.query(text);
    return { release: () => client.end() };
  }

  /** Entries of one call, or all, in their order. */
  ledger(callId?: string): Promise<LedgerRow[]> {
    return this.sql<LedgerRow>(
      `SELECT seq::int, kind, at, actor, call_id, client_id, payload FROM ledger_entry
       WHERE $1::uuid IS NULL OR call_id = $1 ORDER BY company_id, seq`,
      [callId ?? null],
    );
  }

  /** The value of a metric summed over its labels; 0 where there is none. */
  async metric(name: string): Promise<number> {
    const { body } = await this.api<Buffer>('GET', '/metrics');
    return body
      .toString()
      .split('\n')
      .filter((row) => row.startsWith(`${name} `) || row.startsWith(`${name}{`))
      .reduce((sum, row) => sum + Number(row.slice(row.lastIndexOf(' ') + 1)), 0);
  }

  /** What is still there of any call; empty when all is back to rest. */
  async leftovers(): Promise<string[]> {
    const left: string[] = [];
    for (const gauge of LIVE_GAUGES) {
      const value = await this.metric(gauge);
      if (value !== 0) left.push(`${gauge} is ${value}`);
    }
    const sockets = this.engineUdpSockets();
    if (sockets > this.quietSockets) left.push(`${sockets - this.quietSockets} UDP sockets of the engine`);
    const recordings = join(this.dataDir, 'recordings');
    for (const pid of [this.pid, ...this.children()]) {
      left.push(...openFilesOf(pid).filter((file) => file.startsWith(recordings)));
    }
    if (this.database) {
      const open = await this.sql('SELECT id FROM call WHERE ended_at IS NULL');
      if (open.length > 0) left.push(`${open.length} calls open in the ledger`);
    }
    return left;
  }

  /** Fails where anything of a call is still there after `limitMs` milliseconds. */
  async assertNothingLeft(limitMs = 10_000): Promise<void> {
    let left: string[] = [];
    await until(
      'nothing of any call is left',
      async () => (left = await this.leftovers()).length === 0,
      limitMs,
    ).catch(() => {
      throw new Error(`left behind: ${left.join('; ')}\n${this.output.slice(-2000)}`);
    });
  }
}
