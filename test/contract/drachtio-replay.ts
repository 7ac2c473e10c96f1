import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { until } from '../support/until.js';

/** A dialogue with a real drachtio-server, as test/contract/recorded/drachtio holds it. */
export interface Recording {
  what: string;
  frames: { from: 'client' | 'server'; text?: string; closes?: boolean }[];
  sip?: { after: number; from: 'phone' | 'server'; text: string }[];
}

/** One thing the recorded server said, and what ours said in its place. */
export interface Exchange {
  recorded: string;
  ours: string;
}

type Step =
  { at: 'frame'; from: string; text?: string; closes?: boolean } | { at: 'sip'; from: string; text: string };

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** What names a thing for one run only, by its place in a message. */
const NAMES = [
  /\r\n(?:Call-ID|i): *([^\r]+)/gi,
  /;tag=([^;>\s]+)/g,
  /;branch=([^;\s]+)/g,
  /\r\nCSeq: *(\d{6,}) /g,
  /\r\nRSeq: *(\d+)/g,
];

/** Plays the client's and the phone's part of a recording to another server and gathers what that one says. */
export class Replay {
  private readonly renamed = new Map<string, string>();
  private readonly clients: Socket[] = [];
  private readonly frames: { socket: Socket; text: string }[] = [];
  private readonly messages: string[] = [];
  private lastMessage = '';
  private phone!: Datagrams;

  constructor(
    private readonly recording: Recording,
    private readonly server: { adminPort: number; sipPort: number; secret: string },
  ) {}

  /** @throws when something the recording has does not come within 5 s, naming it */
  async run(): Promise<{ frames: Exchange[]; sip: Exchange[] }> {
    await this.openPhone();
    const frames: Exchange[] = [];
    const sip: Exchange[] = [];
    try {
      for (const step of this.steps()) {
        if (step.at === 'sip' && step.from === 'phone') this.sendSip(step.text);
        else if (step.at === 'sip') sip.push(await this.expectSip(step.text));
        else if (step.closes) await this.closeClient();
        else if (step.from === 'client') await this.sendFrame(step.text!);
        else frames.push(await this.expectFrame(step.text!));
      }
    } finally {
      for (const client of this.clients) client.destroy();
      this.phone.close();
    }
    return { frames, sip };
  }

  private steps(): Step[] {
    const { frames, sip = [] } = this.recording;
    const steps: Step[] = [];
    // What was sent again by a timer is one thing said.
    let said = '';
    const once = sip.filter((one) => {
      if (one.from === 'phone') return true;
      const again = one.text === said;
      said = one.text;
      return !again;
    });
    for (let i = 0; i <= frames.length; i++) {
      for (const one of once) if (one.after === i) steps.push({ at: 'sip', from: one.from, text: one.text });
      if (i < frames.length) steps.push({ at: 'frame', ...frames[i]! });
    }
    return steps;
  }

  private async openPhone(): Promise<void> {
    this.phone = createSocket('udp4');
    await new Promise<void>((resolve) => this.phone.bind(0, '127.0.0.1', resolve));
    this.phone.on('message', (bytes) => {
      const text = bytes.toString();
      if (text === this.lastMessage) return;
      this.lastMessage = text;
      this.messages.push(text);
    });
    const first = this.recording.sip?.[0];
    const theirs =
      first?.from === 'phone'
        ? /Via: SIP\/2\.0\/UDP 127\.0\.0\.1:(\d+)/.exec(first.text)?.[1]
        : /127\.0\.0\.1:(\d+)/.exec(
            this.recording.frames.find((frame) => /\|sip\|\|/.test(frame.text ?? ''))?.text ?? '',
          )?.[1];
    if (theirs) this.renamed.set(theirs, String(this.phone.address().port));
    this.renamed.set('127.0.0.1:5060', `127.0.0.1:${this.server.sipPort}`);
    this.renamed.set('127.0.0.1|5060', `127.0.0.1|${this.server.sipPort}`);
  }

  /**
   * The text with this run's names in place of the recorded ones: whole names alone, all in one pass. The phone may
   * have port 50601, of which the server's recorded 5060 is a part.
   */
  private rename(text: string): string {
    const theirs = [...this.renamed.keys()].sort((a, b) => b.length - a.length).map(escaped);
    const names = new RegExp(`(?<!\\w)(?:${theirs.join('|')})(?!\\w)`, 'g');
    return text.replace(names, (name) => this.renamed.get(name)!);
  }

  private learn(theirs: string, ours: string): void {
    const pair = (a: string[], b: string[]): void =>
      a.forEach((name, i) => b[i] !== undefined && name !== b[i] && this.renamed.set(name, b[i]));
    pair(theirs.split('\r\n')[0]!.match(UUID) ?? [], ours.split('\r\n')[0]!.match(UUID) ?? []);
    for (const pattern of NAMES)
      pair(
        [...theirs.matchAll(pattern)].map((match) => match[1]!),
        [...ours.matchAll(pattern.source.includes('6,') ? /\r\nCSeq: *(\d+) /g : pattern)].map(
          (match) => match[1]!,
        ),
      );
  }

  private sendSip(text: string): void {
    this.phone.send(this.rename(text), this.server.sipPort, '127.0.0.1');
  }

  private async sendFrame(text: string): Promise<void> {
    const body = this.rename(text.slice(text.indexOf('#') + 1)).replace('cut-me', this.server.secret);
    const socket = body.includes('|authenticate|') ? await this.openClient() : this.clientOf(body);
    socket.write(`${Buffer.byteLength(body)}#${body}`);
  }

  /** The client that was told of this transaction; else the last one that came. */
  private clientOf(body: string): Socket {
    const transaction = body.split('|')[2] ?? '';
    const told = transaction === '' ? undefined : this.told.find((one) => one.text.includes(transaction));
    return told && !told.socket.destroyed ? told.socket : this.clients.at(-1)!;
  }

  private readonly told: { socket: Socket; text: string }[] = [];

  private async openClient(): Promise<Socket> {
    const socket = connect(this.server.adminPort, '127.0.0.1');
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    socket.on('error', () => undefined);
    this.clients.push(socket);
    let held = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk]);
      for (;;) {
        const mark = held.indexOf('#');
        const end = mark + 1 + Number(held.toString('latin1', 0, mark));
        if (mark < 0 || held.length < end) return;
        const frame = { socket, text: held.toString('utf8', mark + 1, end) };
        this.frames.push(frame);
        this.told.push(frame);
        held = held.subarray(end);
      }
    });
    return socket;
  }

  private async closeClient(): Promise<void> {
    const socket = this.clients.pop();
    if (socket === undefined) return;
    socket.end();
    await until('the connection closes', () => socket.closed);
  }

  private async expectFrame(text: string): Promise<Exchange> {
    const recorded = text.slice(text.indexOf('#') + 1);
    const { text: ours } = await until(`a frame like ${lead(recorded)}`, () => this.frames.shift(), 5000, 5);
    this.learn(recorded, ours);
    return { recorded: this.rename(recorded), ours };
  }

  private async expectSip(recorded: string): Promise<Exchange> {
    const ours = await until(`SIP like ${lead(recorded)}`, () => this.messages.shift(), 5000, 5);
    this.learn(recorded, ours);
    return { recorded: this.rename(recorded), ours };
  }
}

const escaped = (name: string): string => name.replace(/[^\w]/g, '\\$&');

const lead = (text: string): string =>
  text.slice(0, text.indexOf('\r\n', text.includes('|') ? text.indexOf('\r\n') + 2 : 0));

/** The parts of a frame or SIP message that must be alike: kind, tokens, start line, names of headers, body. */
export function shapeOf(text: string): {
  tokens: string[];
  startLine: string;
  headers: string[];
  body: string;
} {
  const isFrame = !/^(SIP\/2\.0 |[A-Z]+ sip)/.test(text);
  const end = text.indexOf('\r\n');
  const tokens = isFrame ? (end < 0 ? text : text.slice(0, end)).split('|') : [];
  const message = isFrame ? (end < 0 ? '' : text.slice(end + 2)) : text;
  const split = message.indexOf('\r\n\r\n');
  const lines = (split < 0 ? message : message.slice(0, split)).split('\r\n');
  return {
    tokens: tokens.map((token, i) => shapeOfToken(token, i)),
    startLine: lines[0] ?? '',
    headers: lines.slice(1).map((line) => line.slice(0, line.indexOf(':')).toLowerCase()),
    body: split < 0 ? '' : message.slice(split + 4),
  };
}

/** Numbers of bytes, times of day and ids differ from run to run; so does what names nothing. */
function shapeOfToken(token: string, place: number): string {
  if (place === 0) return '<id>';
  if (/^\d\d:\d\d:\d\d\.\d+$/.test(token)) return '<time>';
  if (/^\d+$/.test(token)) return '<number>';
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(token)) return '<id>';
  return token;
}
