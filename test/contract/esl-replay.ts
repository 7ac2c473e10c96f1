import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMediaServer, type RunningMediaServer } from '../../src/embedded/media-server/index.js';
import { wavHeader } from '../../src/common/wav-header.js';
import { readSdp } from '../../src/simulate/sdp.js';
import { freeUdpRange } from '../support/free-ports.js';
import { until } from '../support/until.js';
import { builtMediaServer } from './built-media-server.js';
import { EslClient, isEvent, parseEvent, type EslEvent } from './esl-client.js';
import { Party } from './esl-party.js';

/** A dialogue with a real FreeSWITCH, as test/contract/recorded/esl holds it. */
export interface Recording {
  what: string;
  frames: { from: 'client' | 'server'; text?: string; closes?: boolean }[];
  sip?: { after: number; from: 'phone' | 'server'; text: string }[];
}

export interface Outcome {
  /** Replies in order: recorded, ours. */
  replies: { order: string; recorded: string; ours: string }[];
  /** Events in order, by channel: recorded, ours. */
  events: Map<string, [recorded: EslEvent[], ours: EslEvent[]]>;
}

const PASSWORD = 'of-this-test';
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** Events of FreeSWITCH's that nobody here listens to. */
const NOT_TOLD = new Set(['CODEC', 'CALL_UPDATE', 'CHANNEL_STATE', 'CHANNEL_CALLSTATE', 'API', 'CUSTOM']);
/** Stands for a channel that does not exist, and for ids the client chose. */
const MADE_UP = '5b0e4f5e-0000-4000-8000-';
const RECORDINGS = '/var/lib/linekeeper/recordings';

export const eventKey = (event: EslEvent): string =>
  [event['Event-Name'], event.Application].filter(Boolean).join(' ');
const channelOf = (event: EslEvent): string => event['Unique-ID'] ?? '';

/** Plays the client's part of a recording, and the parties', to our media server; gathers what ours says. */
export class Replay {
  private readonly folder = mkdtempSync(join(tmpdir(), 'linekeeper-esl-'));
  private readonly parties = new Map<string, Party>();
  private readonly replies: Outcome['replies'] = [];
  private readonly orders: string[] = [];
  private readonly expected: EslEvent[] = [];
  private server!: RunningMediaServer;
  private client!: EslClient;

  constructor(private readonly recording: Recording) {}

  /** @throws when something the recording has does not come within its time, naming it */
  async run(): Promise<Outcome> {
    const first = await freeUdpRange(20);
    const forBrowsers = this.recording.sip?.some(({ text }) => /SAVPF|gw=webrtc/.test(text));
    this.server = await (forBrowsers ? await builtMediaServer() : startMediaServer)({
      sipPort: 0,
      eslPort: 0,
      eslPassword: PASSWORD,
      rtpIp: '127.0.0.1',
      rtpPorts: [first, first + 19],
      recordingsDir: this.folder,
      promptsDir: this.folder,
      rtpTimeoutS: 3,
    });
    // As long as the one in the recordings: half a second.
    const sound = Buffer.alloc(8000);
    writeFileSync(join(this.folder, 'announcement.wav'), Buffer.concat([wavHeader(1, 8000, 8000), sound]));
    try {
      if (!this.recording.sip) for (const uuid of this.channels()) await this.call(uuid);
      this.client = await EslClient.open(this.server.eslPort);
      await this.play();
      return { replies: this.replies, events: this.byChannel() };
    } finally {
      this.client?.close();
      for (const party of this.parties.values()) await party.close();
      await this.server.stop();
      rmSync(this.folder, { recursive: true });
    }
  }

  private async play(): Promise<void> {
    const { frames, sip = [] } = this.recording;
    for (let index = 1; index < frames.length; index++) {
      const frame = frames[index]!;
      for (const { text } of sip.filter((one) => one.from === 'phone' && one.after === index)) {
        await this.playSip(text);
      }
      if (frame.from === 'client') {
        await this.caughtUp();
        this.client.write(this.ours(frame.text ?? ''));
        this.orders.push(frame.text ?? '');
      } else if (frame.text !== undefined && isEvent(frame.text)) {
        await this.expect(parseEvent(frame.text), index);
      } else if (frame.text !== undefined) {
        const order = this.orders.shift() ?? '';
        const ours = (await this.client.reply()).replaceAll(this.folder, RECORDINGS);
        this.replies.push({ order, recorded: frame.text, ours });
      }
    }
    await this.caughtUp();
  }

  /** Events of a step are there before the next order is given, so that orders meet the same state. */
  private async caughtUp(): Promise<void> {
    const counts = new Map<string, number>();
    for (const event of this.expected) {
      const key = `${channelOf(event)} ${eventKey(event)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const [key, count] of counts) {
      const seen = () =>
        this.client.events.filter((one) => `${channelOf(one)} ${eventKey(one)}` === key).length;
      await until(
        `${count} of ${key} (have ${this.client.events.map(eventKey).join(', ')})`,
        () => seen() >= count,
        8_000,
        5,
      );
    }
  }

  private async playSip(text: string): Promise<void> {
    const callId = /^Call-ID: (.+)\r$/m.exec(text)?.[1] ?? '';
    if (text.startsWith('INVITE') && !this.parties.has(callId)) {
      const offers = /\r\n\r\nv=0/.test(text);
      if (/gw=webrtc/.test(text)) await this.call(callId, { late: true, gateway: 'webrtc' });
      else if (/SAVPF/.test(text)) await this.call(callId, { sdp: text.slice(text.indexOf('\r\n\r\n') + 4) });
      else if (!/^m=audio/m.test(text) || / [08]( |\r)/.test(/^m=audio.*$/m.exec(text)?.[0] ?? '')) {
        await this.call(callId, { late: !offers });
      } else {
        await this.call(callId, { sdp: text.slice(text.indexOf('\r\n\r\n') + 4) }).catch(() => undefined);
      }
    } else if (text.startsWith('INVITE')) {
      await this.parties.get(callId)?.modify(readSdp(text.slice(text.indexOf('\r\n\r\n') + 4)).direction);
    } else if (text.startsWith('BYE')) await this.parties.get(callId)?.hangUp();
  }

  /** In recordings without SIP, a party hangs up where the first event tells of its end or of its peer's. */
  private async expect(event: EslEvent, index: number): Promise<void> {
    const party = event['Hangup-Cause'] !== undefined && !this.recording.sip && this.whoHangsUp(event, index);
    if (party && !party.ended) {
      await this.caughtUp();
      await party.hangUp();
    }
    if (!NOT_TOLD.has(event['Event-Name'] ?? '')) this.expected.push(event);
  }

  /** The party whose BYE made this event; undefined where an order of the client did. */
  private whoHangsUp(event: EslEvent, index: number): Party | undefined {
    const { frames } = this.recording;
    const next = frames.findIndex((frame, at) => at > index && frame.from === 'client');
    const following = frames
      .slice(index, next < 0 ? undefined : next)
      .flatMap(({ text = '' }) => (isEvent(text) ? [parseEvent(text)] : []));
    const ended = following.filter((one) => one['Event-Name'] === 'CHANNEL_HANGUP_COMPLETE');
    const byParty = ended.find(
      (one) => one.variable_sip_hangup_disposition === 'recv_bye' && !this.parties.get(channelOf(one))?.ended,
    );
    // A recording may stop before HANGUP_COMPLETE.
    return this.parties.get(channelOf(byParty ?? (ended.length === 0 ? event : {})));
  }

  private async call(callId: string, options = {}): Promise<void> {
    this.parties.set(callId, await Party.call(this.server.sipPort, { callId, toneHz: 440, ...options }));
  }

  /** Every channel of the recording, in the order it is spoken of. */
  private channels(): string[] {
    const named = new Set<string>();
    for (const { from, text = '' } of this.recording.frames) {
      if (from === 'server' && isEvent(text)) named.add(channelOf(parseEvent(text)));
      else if (from === 'client') for (const uuid of text.match(UUID) ?? []) named.add(uuid);
    }
    return [...named].filter((uuid) => uuid !== '' && !uuid.startsWith(MADE_UP));
  }

  private ours(text: string): string {
    return text.replaceAll(RECORDINGS, this.folder).replace('auth cut-me', `auth ${PASSWORD}`);
  }

  private byChannel(): Outcome['events'] {
    const events: Outcome['events'] = new Map();
    const listOf = (event: EslEvent) => {
      const list = events.get(channelOf(event)) ?? [[], []];
      events.set(channelOf(event), list);
      return list;
    };
    for (const event of this.expected) listOf(event)[0].push(event);
    for (const event of this.client.events) listOf(event)[1].push(event);
    return events;
  }
}
