import { isIP } from 'node:net';
import { CODECS, type G711 } from './g711.js';
import {
  readBrowser,
  writeBrowser,
  type BrowserDescription,
  type BrowserSide,
} from './webrtc/browser-sdp.js';

export type { BrowserSide } from './webrtc/browser-sdp.js';

/** RFC 8866, RFC 3264: the one audio line that matters here. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface AudioDescription {
  address: string;
  port: number;
  direction: Direction;
  codec: G711;
  /** Payload type of telephone-event/8000, as the party wants to receive it. */
  eventType?: number;
  /** How many m= lines there are, and which is ours: an answer mirrors them (RFC 3264 §6). */
  lines: string[];
  line: number;
  /** The party is a browser: ICE, DTLS and SRTP in the place of plain RTP. */
  browser?: BrowserDescription;
  /** A line for a browser without any: it holds the place until the browser's own description comes. */
  placeholder: boolean;
}

/** `broken`: no SDP at all, 400. `unacceptable`: nothing in it that we can do, 488. */
export class SdpError extends Error {
  constructor(
    readonly kind: 'broken' | 'unacceptable',
    message: string,
  ) {
    super(message);
  }
}

interface Section {
  media: string;
  rows: string[];
}

function sectionsOf(text: string): { session: string[]; media: Section[] } {
  const rows = text.split(/\r?\n/).filter((row) => row !== '');
  if (rows[0] !== 'v=0' || rows.some((row) => !/^[a-z]=/.test(row))) {
    throw new SdpError('broken', 'no session description');
  }
  const session: string[] = [];
  const media: Section[] = [];
  for (const row of rows) {
    const current = media[media.length - 1];
    if (row.startsWith('m=')) media.push({ media: row.slice(2), rows: [] });
    else (current?.rows ?? session).push(row);
  }
  if (!session.some((row) => row.startsWith('o='))) throw new SdpError('broken', 'no origin');
  return { session, media };
}

const lastValue = (rows: string[], pattern: RegExp): string | undefined =>
  rows
    .map((row) => pattern.exec(row)?.[1])
    .filter((one) => one !== undefined)
    .pop();

/**
 * Reads an offer or an answer. Our order of codecs decides, as FreeSWITCH's "greedy" has it.
 * @throws SdpError
 */
export function readSdp(text: string): AudioDescription {
  const { session, media } = sectionsOf(text);
  let refusal = 'no audio';
  for (const [line, section] of media.entries()) {
    const match = AUDIO.exec(section.media.trim());
    if (!match?.[1] || !match[3] || match[1] === '0') continue;
    const secure = match[2] !== 'RTP/AVP';
    const browser = secure ? readBrowser(session, section.rows) : undefined;
    const address = lastValue(section.rows, /^c=IN IP[46] (\S+)/) ?? lastValue(session, /^c=IN IP[46] (\S+)/);
    if (!address || isIP(address) === 0) {
      refusal = 'no connection address';
      continue;
    }
    const payloadTypes = match[3].trim().split(/ +/).map(Number);
    const codec = CODECS.find((one) => payloadTypes.includes(one.payloadType));
    if (!codec) {
      refusal = 'no codec in common';
      continue;
    }
    const direction = lastValue(section.rows, DIRECTION) ?? lastValue(session, DIRECTION) ?? 'sendrecv';
    if (secure && !browser && direction !== 'inactive') {
      refusal = 'no ICE or DTLS';
      continue;
    }
    return {
      address,
      port: Number(match[1]),
      // RFC 2543 put a call on hold with 0.0.0.0, and some phones still do; a browser has candidates instead.
      direction: address === '0.0.0.0' && !browser ? 'inactive' : (direction as Direction),
      codec,
      eventType: eventTypeOf(section.rows, payloadTypes),
      lines: media.map((one) => one.media),
      line,
      browser,
      placeholder: secure && !browser,
    };
  }
  throw new SdpError('unacceptable', refusal);
}

/** Port, profile, payload types. */
const AUDIO = /^audio (\d+)(?:\/\d+)? (RTP\/AVP|(?:UDP\/TLS\/)?RTP\/SAVPF) ([\d ]+)$/;
const DIRECTION = /^a=(sendrecv|sendonly|recvonly|inactive)$/;

function eventTypeOf(rows: string[], payloadTypes: number[]): number | undefined {
  const value = lastValue(rows, /^a=rtpmap:(\d+) telephone-event\/8000/i);
  return value !== undefined && payloadTypes.includes(Number(value)) ? Number(value) : undefined;
}

/** What we answer to each direction offered (RFC 3264 §6.1). */
const ANSWER: Record<Direction, Direction> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

export const answerDirection = (offered: Direction): Direction => ANSWER[offered];

export const OUR_EVENT_TYPE = 101;

/** Writes this leg's descriptions; the version rises with each (RFC 3264 §8). */
export class SdpWriter {
  private readonly id = 1_000_000_000 + Math.floor(Math.random() * 1_000_000_000);
  private version = this.id;
  private mid?: string = '0';
  private bundled = true;

  /** @param browser our side of a browser's transport; left out: plain RTP */
  constructor(
    private readonly ip: string,
    private readonly port: number,
    private readonly browser?: BrowserSide,
  ) {}

  offer(
    direction: Direction,
    codecs: readonly G711[] = CODECS,
    eventType: number | undefined = OUR_EVENT_TYPE,
  ): string {
    return this.write([this.audio(codecs, eventType, direction, true)]);
  }

  answer(offer: AudioDescription, direction = answerDirection(offer.direction)): string {
    this.mid = offer.browser?.mid;
    this.bundled = offer.browser?.bundled ?? false;
    return this.write(
      offer.lines.map((line, index) => {
        if (index === offer.line) return this.audio([offer.codec], offer.eventType, direction, false);
        // A line refused keeps its place, with port 0.
        return [`m=${line.replace(/^(\S+) \d+(?:\/\d+)?/, '$1 0')}`];
      }),
    );
  }

  private write(media: string[][]): string {
    this.version += 1;
    const family = this.ip.includes(':') ? 'IP6' : 'IP4';
    return [
      'v=0',
      `o=Linekeeper ${this.id} ${this.version} IN ${family} ${this.ip}`,
      's=Linekeeper',
      `c=IN ${family} ${this.ip}`,
      't=0 0',
      ...(this.browser && this.bundled ? [`a=group:BUNDLE ${this.mid ?? '0'}`] : []),
      ...media.flat(),
      '',
    ].join('\r\n');
  }

  private audio(
    codecs: readonly G711[],
    eventType: number | undefined,
    direction: Direction,
    offering: boolean,
  ): string[] {
    const { ip: address, port, browser, mid } = this;
    const types = codecs.map((codec) => codec.payloadType);
    const payloads = [...types, ...(eventType === undefined ? [] : [eventType])].join(' ');
    return [
      `m=audio ${port} ${browser ? 'UDP/TLS/RTP/SAVPF' : 'RTP/AVP'} ${payloads}`,
      ...codecs.map((codec) => `a=rtpmap:${codec.payloadType} ${codec.name}/8000`),
      ...(eventType === undefined
        ? []
        : [`a=rtpmap:${eventType} telephone-event/8000`, `a=fmtp:${eventType} 0-15`]),
      ...(direction === 'sendrecv' && !browser ? [] : [`a=${direction}`]),
      'a=ptime:20',
      ...(browser ? writeBrowser(browser, { address, port }, { mid, offering }) : []),
    ];
  }
}
