import { connect, type Socket } from 'node:net';
import { until } from '../support/until.js';

/** An event as it came, by header name; `_body` is its body. */
export type EslEvent = Record<string, string>;

/** An ESL connection without a library in between: what is sent and what comes, as text. */
export class EslClient {
  /** Frames other than events, in order: head, and body where there is one. */
  readonly replies: string[] = [];
  readonly events: EslEvent[] = [];
  closed = false;
  private buffered = Buffer.alloc(0) as Buffer;
  private taken = 0;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => undefined);
  }

  /** Connects; authenticates where there is a password. */
  static async open(port: number, password?: string): Promise<EslClient> {
    const client = new EslClient(connect({ port, host: '127.0.0.1', noDelay: true }));
    await client.reply();
    if (password !== undefined) await client.send(`auth ${password}`);
    return client;
  }

  write(text: string): void {
    this.socket.write(text);
  }

  /** Sends a command and waits for its reply. @param text rows separated by \n, without the empty one */
  send(text: string): Promise<string> {
    this.write(`${text}\n\n`);
    return this.reply();
  }

  /** The body of an API command's answer. */
  async api(command: string): Promise<string> {
    const reply = await this.send(`api ${command}`);
    return reply.slice(reply.indexOf('\n\n') + 2);
  }

  execute(uuid: string, application: string, argument = '', more = ''): Promise<string> {
    const rows = [`sendmsg ${uuid}`, 'call-command: execute', `execute-app-name: ${application}`];
    return this.send([...rows, `execute-app-arg: ${argument}`, ...(more ? [more] : [])].join('\n'));
  }

  /** The next frame that is no event. */
  reply(): Promise<string> {
    const index = this.taken++;
    return until('a reply of the media server', () => this.replies[index], 5_000, 5);
  }

  /** The first event with these headers. */
  event(name: string, headers: EslEvent = {}, limitMs = 5_000): Promise<EslEvent> {
    const fits = (event: EslEvent) =>
      event['Event-Name'] === name && Object.entries(headers).every(([key, value]) => event[key] === value);
    const what = `${name} ${JSON.stringify(headers)} among ${this.events.map((one) => one['Event-Name']).join()}`;
    return until(what, () => this.events.find(fits), limitMs, 5);
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(bytes: Buffer): void {
    this.buffered = Buffer.concat([this.buffered, bytes]);
    for (;;) {
      const end = this.buffered.indexOf('\n\n');
      if (end < 0) return;
      const head = this.buffered.toString('utf8', 0, end + 2);
      const length = Number(/^Content-Length: (\d+)/m.exec(head)?.[1] ?? 0);
      if (this.buffered.length < end + 2 + length) return;
      const body = this.buffered.toString('utf8', end + 2, end + 2 + length);
      this.buffered = this.buffered.subarray(end + 2 + length);
      if (isEvent(head)) this.events.push(parseEvent(head + body));
      else this.replies.push(head + body);
    }
  }
}

export const isEvent = (frame: string): boolean => /^Content-Type: text\/event-/m.test(frame);

/** Reads an event's frame, plain or JSON. */
export function parseEvent(frame: string): EslEvent {
  const body = frame.slice(frame.indexOf('\n\n') + 2);
  if (frame.includes('text/event-json')) return JSON.parse(body) as EslEvent;
  const end = body.indexOf('\n\n');
  const rows = (end < 0 ? body : body.slice(0, end)).split('\n').filter((row) => row !== '');
  const event: EslEvent = {};
  for (const row of rows) {
    const colon = row.indexOf(': ');
    event[row.slice(0, colon)] = decodeURIComponent(row.slice(colon + 2));
  }
  if (event['Content-Length']) event._body = body.slice(end + 2);
  return event;
}
