import modesl, { type Connection, type EslEvent } from 'modesl';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import { TypedEvents } from '../common/typed-events.js';

/** The events of FreeSWITCH that we act on. */
type MediaEventName = 'PLAYBACK_STOP' | 'CHANNEL_HANGUP_COMPLETE' | 'DTMF';

/** Reads a header of an event. */
type HeaderOf = (name: string) => string | undefined;

interface MediaListener {
  uuid: string;
  told: (header: HeaderOf) => void;
}

/** A FreeSWITCH that answers nothing for so long does not answer at all. */
const SILENCE_MS = 5_000;
/** On full cores orders wait for those before them: as long as these are answered, so long at most. */
const PATIENCE_MS = 10_000;
const LONGEST_RETRY_MS = 1_000;

/**
 * One inbound ESL connection (https://developer.signalwire.com/freeswitch, mod_event_socket), kept up.
 * Replies come in the order of the commands; events are hints, never the only way to an ending.
 */
export class EslConnection {
  readonly events = new TypedEvents<{
    up: undefined;
    down: undefined;
    /** After `down`: nobody listens on the port. */
    dead: undefined;
  }>();
  /** Orders without an answer yet. */
  waiting = 0;
  private readonly listeners = new Map<MediaEventName, Set<MediaListener>>();
  private connection?: Connection;
  private closing = false;
  private repliedAt = 0;
  private retryMs = 100;
  private retryTimer?: NodeJS.Timeout;
  private readonly log = log('media');

  constructor(
    readonly host: string,
    readonly port: number,
    private readonly password: string,
  ) {}

  get isUp(): boolean {
    return this.connection !== undefined;
  }

  /** Connects and authenticates. @throws AppError when refused; afterwards the connection keeps itself up. */
  async connect(): Promise<void> {
    const connection = await this.open();
    // Closed meanwhile, or an attempt of before has come through after all: one connection is enough.
    if (this.closing || this.connection) {
      connection.socket?.destroy();
      if (this.closing) throw away(this.host, this.port);
      return;
    }
    this.connection = connection;
    this.retryMs = 100;
    connection.on('error', () => undefined); // 'close' follows and is handled
    connection.socket?.once('close', () => this.lost(connection));
    connection.on('esl::event::**', (event: EslEvent) => this.received(event));
    if (this.listeners.size > 0) await this.command(`event json ${[...this.listeners.keys()].join(' ')}`);
    this.events.publish('up', undefined);
  }

  /**
   * Tells of each such event of a channel. FreeSWITCH writes an event out with all that it knows of the channel, so it is
   * asked for those of a name only as long as somebody listens to one.
   * @returns a function that listens no more
   */
  listen(name: MediaEventName, uuid: string, told: (header: HeaderOf) => void): () => void {
    const listener = { uuid, told };
    const known = this.listeners.get(name);
    if (known) known.add(listener);
    else {
      this.listeners.set(name, new Set([listener]));
      this.subscribe(`event json ${name}`);
    }
    return () => {
      const listeners = this.listeners.get(name);
      if (!listeners?.delete(listener) || listeners.size > 0) return;
      this.listeners.delete(name);
      this.subscribe(`nixevent ${name}`);
    };
  }

  /** What is ordered afterwards runs after it. Without a connection there is nothing to do: connect() asks for all. */
  private subscribe(command: string): void {
    if (this.isUp) void this.command(command).catch(() => undefined);
  }

  /** Gives the connection up; connect() may be tried again. */
  disconnect(): void {
    clearTimeout(this.retryTimer);
    const { connection } = this;
    this.connection = undefined;
    connection?.socket?.destroy();
  }

  /** For good. */
  close(): void {
    this.closing = true;
    this.disconnect();
  }

  /**
   * Runs an API command and gives its answer.
   * @throws AppError `media-command` for an answer of -ERR or -USAGE, `media-server-away` when there is no connection
   */
  async api(command: string, args = ''): Promise<string> {
    const reply = await this.exchange((connection, done) => connection.api(command, args, done));
    const body = (reply.getBody() ?? '').trim();
    if (/^-(ERR|USAGE)/.test(body)) throw new AppError('media-command', `${command}: ${body}`);
    return body;
  }

  /** Runs a dialplan application on a channel, without waiting for it to end. */
  async execute(uuid: string, application: string, argument = ''): Promise<void> {
    await this.command(`sendmsg ${uuid}`, {
      'call-command': 'execute',
      'execute-app-name': application,
      'execute-app-arg': argument,
    });
  }

  /** Sends an event of our own; with a channel's Unique-ID it goes to the application that runs there. */
  async sendEvent(subclass: string, headers: Record<string, string>): Promise<void> {
    await this.command('sendevent CUSTOM', { 'Event-Subclass': subclass, ...headers });
  }

  private async command(command: string, args: Record<string, string> | null = null): Promise<void> {
    const reply = await this.exchange((connection, done) => connection.sendRecv(command, args, done));
    const text = reply.getHeader('Reply-Text') ?? '';
    if (text.startsWith('-ERR')) throw new AppError('media-command', `${command}: ${text}`);
  }

  private exchange(
    send: (connection: Connection, done: (event: EslEvent) => void) => void,
  ): Promise<EslEvent> {
    const connection = this.connection;
    if (!connection) return Promise.reject(away(this.host, this.port));
    return new Promise((resolve, reject) => {
      const sentAt = clock.monotonic();
      this.waiting += 1;
      let isOver = false;
      const settle = (then: () => void) => {
        if (isOver) return;
        isOver = true;
        this.waiting -= 1;
        clearTimeout(timer);
        connection.socket?.off('close', fail);
        then();
      };
      const fail = () => settle(() => reject(away(this.host, this.port)));
      const lookAgain = () => {
        const heardOfAt = Math.max(sentAt, this.repliedAt);
        const left = Math.min(heardOfAt + SILENCE_MS, sentAt + PATIENCE_MS) - clock.monotonic();
        if (left > 0) timer = setTimeout(lookAgain, left);
        else fail();
      };
      let timer = setTimeout(lookAgain, SILENCE_MS);
      connection.socket?.once('close', fail);
      send(connection, (event) => {
        this.repliedAt = clock.monotonic();
        settle(() => resolve(event));
      });
    });
  }

  private open(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection = new modesl.Connection(this.host, this.port, this.password);
      connection.setMaxListeners(0);
      // modesl asks for the end of every application of every channel; FreeSWITCH would write them all, to each connection.
      connection.subscribe = () => undefined;
      // modesl writes a command and its blank line apart; Nagle and delayed ACK then make it 44 ms. One write: 1 ms.
      connection.socket?.setNoDelay(true);
      connection.socket?.setMaxListeners(0);
      connection.send = (command, args) => {
        const headers = Object.entries(args ?? {}).map(([name, value]) => `${name}: ${value}\n`);
        connection.socket?.write(`${command}\n${headers.join('')}\n`);
      };
      const refuse = (error: AppError) => {
        clearTimeout(timer);
        connection.socket?.destroy();
        reject(error);
      };
      const timer = setTimeout(() => refuse(away(this.host, this.port)), SILENCE_MS);
      connection.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED') this.events.publish('dead', undefined);
        refuse(away(this.host, this.port));
      });
      connection.socket?.once('close', () => refuse(away(this.host, this.port)));
      connection.once('esl::event::auth::fail', () =>
        refuse(
          new AppError(
            'media-server-secret',
            `FreeSWITCH at ${this.host}:${this.port} refused the ESL password`,
          ),
        ),
      );
      connection.once('esl::ready', () => {
        clearTimeout(timer);
        resolve(connection);
      });
    });
  }

  private received(event: EslEvent): void {
    const uuid = event.getHeader('Unique-ID');
    for (const listener of [...(this.listeners.get(event.getHeader('Event-Name') as MediaEventName) ?? [])]) {
      if (listener.uuid === uuid) listener.told((header) => event.getHeader(header) ?? undefined);
    }
  }

  private lost(connection: Connection): void {
    if (this.connection !== connection) return;
    this.connection = undefined;
    if (this.closing) return;
    this.log.warn({ host: this.host, port: this.port }, 'FreeSWITCH connection lost, trying again');
    this.events.publish('down', undefined);
    this.retry();
  }

  private retry(): void {
    this.retryTimer = setTimeout(() => {
      if (this.closing) return;
      // Subscriptions do not outlive the connection: connect() issues them again.
      this.connect().catch(() => this.retry());
    }, this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
  }
}

const away = (host: string, port: number) =>
  new AppError('media-server-away', `FreeSWITCH at ${host}:${port} does not answer on ESL`, {
    sipStatus: 503,
    cause: 41,
    httpStatus: 503,
  });
