import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { runCommand } from './api-commands.js';
import { commandEavesdrop } from './applications.js';
import { causeOf } from './causes.js';
import type { EslEvent, EventListener, Headers } from './esl-event.js';
import { EslParser, type EslCommand } from './esl-parser.js';
import { Subscription } from './esl-subscription.js';
import type { MediaServerState } from './server-state.js';

/** Bytes of events that may wait for a slow client; past them events are lost, as FreeSWITCH's queue does it. */
const MOST_UNSENT = 8_000_000;

const GOODBYE = 'Disconnected, goodbye.\n';
const digest = (text: string) => createHash('sha256').update(text).digest();

/** One ESL client: its commands are answered in order, one after the other. */
export class EslSession implements EventListener {
  private readonly parser = new EslParser();
  private readonly subscription = new Subscription();
  private work: Promise<void> = Promise.resolve();
  private authenticated = false;

  constructor(
    private readonly socket: Socket,
    private readonly password: string,
    private readonly server: MediaServerState,
  ) {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.once('close', () => server.services.bus.delete(this));
    this.write('Content-Type: auth/request\n\n');
  }

  wants(name: string, subclass?: string): boolean {
    return this.subscription.wants(name, subclass) && this.socket.writableLength < MOST_UNSENT;
  }

  deliver(event: EslEvent): void {
    if (!this.subscription.passes(event)) return;
    const { format } = this.subscription;
    const text = format === 'json' ? event.toJson() : event.toPlain();
    this.write(`Content-Length: ${Buffer.byteLength(text)}\nContent-Type: text/event-${format}\n\n${text}`);
  }

  disconnect(notice = GOODBYE): void {
    this.write(`Content-Type: text/disconnect-notice\nContent-Length: ${notice.length}\n\n${notice}`);
    this.socket.end();
  }

  private receive(bytes: Buffer): void {
    let commands: EslCommand[];
    try {
      commands = this.parser.push(bytes);
    } catch {
      this.socket.destroy();
      return;
    }
    for (const command of commands) {
      this.work = this.work.then(() => this.handle(command)).catch(() => this.reply('-ERR internal error'));
    }
  }

  private write(text: string): void {
    if (!this.socket.destroyed && this.socket.writable) this.socket.write(text);
  }

  private reply(text: string, headers: Headers = []): void {
    const more = headers.map(([name, value]) => `${name}: ${value}\n`).join('');
    this.write(`Content-Type: command/reply\nReply-Text: ${text}\n${more}\n`);
  }

  private async handle(command: EslCommand): Promise<void> {
    const [verb = ''] = command.line.split(' ', 1);
    const rest = command.line.slice(verb.length).trim();
    if (!this.authenticated) return this.authenticate(verb, rest);
    switch (verb.toLowerCase()) {
      case 'auth':
        return this.reply('+OK accepted');
      case 'api': {
        if (rest === '') return this.reply('-ERR command not found');
        const text = await runCommand(rest, this.server);
        return this.write(
          `Content-Type: api/response\nContent-Length: ${Buffer.byteLength(text)}\n\n${text}`,
        );
      }
      case 'bgapi':
        return this.background(rest, command.headers.get('job-uuid') ?? randomUUID());
      case 'event':
        return this.subscribe(rest);
      case 'nixevent':
        return this.reply(
          this.subscription.unsubscribe(rest.split(/ +/)) ? '+OK events nixed' : '-ERR no keywords supplied',
        );
      case 'noevents':
        return this.reply(
          this.subscription.clear() ? '+OK no longer listening for events' : '-ERR not listening for events',
        );
      case 'filter':
        return this.filter(rest);
      case 'sendevent':
        return this.sendEvent(rest, command);
      case 'sendmsg':
        return this.sendMessage(rest, command);
      case 'log':
        return this.reply(`+OK log level ${rest} [${rest}]`);
      case 'nolog':
        return this.reply('+OK no longer logging');
      case 'linger':
      case 'nolinger':
        return this.reply('-ERR not controlling a session');
      case 'exit':
        this.reply('+OK bye');
        return this.disconnect();
      default:
        return this.reply('-ERR command not found');
    }
  }

  private authenticate(verb: string, given: string): void {
    if (verb.toLowerCase() === 'exit') return this.disconnect();
    if (verb.toLowerCase() !== 'auth') return this.reply('-ERR command not found');
    if (!timingSafeEqual(digest(given), digest(this.password))) {
      this.reply('-ERR invalid');
      return this.disconnect();
    }
    this.authenticated = true;
    this.server.services.bus.add(this);
    this.reply('+OK accepted');
  }

  private subscribe(rest: string): void {
    const words = rest.split(/ +/);
    const format = words[0]?.toLowerCase();
    if (format === 'plain' || format === 'json' || format === 'xml') words.shift();
    if (!this.subscription.subscribe(words)) return this.reply('-ERR no keywords supplied');
    this.subscription.format = format === 'json' ? 'json' : 'plain';
    this.reply(`+OK event listener enabled ${this.subscription.format}`);
  }

  private filter(rest: string): void {
    const [first = '', ...others] = rest.split(' ');
    if (first === '') return this.reply('-ERR command not found');
    if (first === 'delete') {
      const [header = '', ...value] = others;
      this.subscription.deleteFilter(header, value.length > 0 ? value.join(' ') : undefined);
      return this.reply(`+OK filter deleted. [${header}][${value.join(' ')}]`);
    }
    const value = others.join(' ');
    if (value === '') return this.reply('-ERR invalid syntax');
    this.subscription.addFilter(first, value);
    this.reply(`+OK filter added. [${first}]=[${value}]`);
  }

  private background(line: string, job: string): void {
    this.reply(`+OK Job-UUID: ${job}`, [['Job-UUID', job]]);
    const [name = ''] = line.split(' ', 1);
    const argument = line.slice(name.length).trim();
    void runCommand(line, this.server)
      .catch(() => '-ERR internal error\n')
      .then((text) =>
        this.server.services.bus.publish(
          'BACKGROUND_JOB',
          () => [
            ['Job-UUID', job],
            ['Job-Command', name],
            ...(argument === '' ? [] : [['Job-Command-Arg', argument] as [string, string]]),
          ],
          text,
        ),
      );
  }

  /** Of events sent in, one does something: our eavesdrop command (freeswitch's mod_dptools listens to it too). */
  private sendEvent(rest: string, { headers, body }: EslCommand): void {
    const [name = 'CUSTOM'] = rest.split(' ', 1);
    const subclass = headers.get('event-subclass');
    const uuid = headers.get('unique-id');
    const command = headers.get('eavesdrop-command');
    this.reply(`+OK ${randomUUID()}`);
    const channel = uuid === undefined ? undefined : this.server.channels.get(uuid);
    if (channel) {
      // An event for a channel goes to its application, and to nobody else.
      if (command !== undefined) commandEavesdrop(channel, command);
      return;
    }
    const own = [...headers].filter(([header]) => header !== 'event-subclass' && header !== 'content-length');
    this.server.services.bus.publish(
      name.toUpperCase(),
      () => own.map(([header, value]): [string, string] => [capitalized(header), value]),
      body === '' ? undefined : body,
      subclass,
    );
  }

  private sendMessage(rest: string, { headers, body }: EslCommand): void {
    const channel = this.server.channels.get(rest);
    if (!channel?.isUp) return this.reply(`-ERR invalid session id [${rest}]`);
    this.reply('+OK');
    const command = headers.get('call-command')?.toLowerCase();
    if (command === 'hangup') channel.hangup(causeOf(headers.get('hangup-cause')));
    const application = headers.get('execute-app-name');
    if (command !== 'execute' || !application) return;
    channel.execute({
      application,
      // FreeSWITCH expands variables here, and one backslash of two is gone after it.
      argument: (headers.get('execute-app-arg') ?? body).replaceAll('\\\\', '\\'),
      uuid: headers.get('event-uuid') ?? randomUUID(),
      locked: headers.get('event-lock') === 'true',
    });
  }
}

const capitalized = (header: string) =>
  header.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
