import { createHash, randomUUID } from 'node:crypto';
import { rawTcp, rawUdp, sipText, statusOf, type RawSip } from '../support/raw-sip.js';
import { rawWs } from './sip-ws.js';

export const headerOf = (message: string, name: string): string =>
  new RegExp(`^${name}\\s*:\\s*(.*)$`, 'im').exec(message)?.[1]?.trim() ?? '';
export const bodyOf = (message: string): string => message.slice(message.indexOf('\r\n\r\n') + 4);
export const isMethod = (method: string) => (text: string) => text.startsWith(`${method} `);

export const audioSdp = (port: number, version = 1): string =>
  [
    'v=0',
    `o=- 7 ${version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 8 0`,
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:0 PCMU/8000',
    'a=sendrecv',
    '',
  ].join('\r\n');

export interface Challenge {
  realm: string;
  nonce: string;
  stale: boolean;
}

export interface DigestAnswer {
  user: string;
  password: string;
  algorithm: 'MD5' | 'SHA-256';
  nc?: string;
}

/** Reads the challenge of one algorithm out of a 401 or 407, which may offer several in one line. */
export function challengeOf(response: string, algorithm: DigestAnswer['algorithm'] = 'MD5'): Challenge {
  const line = headerOf(response, '(?:WWW|Proxy)-Authenticate');
  const one = line.split(/(?:^|,\s*)Digest\s+/i).find((text) => text.includes(`algorithm=${algorithm}`));
  if (!one) throw new Error(`no ${algorithm} challenge in: ${line}`);
  const part = (name: string) => new RegExp(`\\b${name}="?([^",]*)`).exec(one)?.[1] ?? '';
  return { realm: part('realm'), nonce: part('nonce'), stale: part('stale') === 'true' };
}

export function digestOf(
  { realm, nonce }: Challenge,
  method: string,
  uri: string,
  { user, password, algorithm, nc = '00000001' }: DigestAnswer,
): string {
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const cnonce = 'c0ffee';
  const response = hash(
    `${hash(`${user}:${realm}:${password}`)}:${nonce}:${nc}:${cnonce}:auth:${hash(`${method}:${uri}`)}`,
  );
  return (
    `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", ` +
    `algorithm=${algorithm}, qop=auth, nc=${nc}, cnonce="${cnonce}"`
  );
}

export type Transport = 'udp' | 'tcp' | 'ws';
const OPENERS = { udp: rawUdp, tcp: rawTcp, ws: rawWs };

/** A SIP user agent by hand on a socket of its own: it sends and answers exactly what a test says. */
export class SipPhone {
  readonly tag = randomUUID().slice(0, 8);
  private cseq = 0;
  private readonly answered = new Set<string>();

  private constructor(
    readonly raw: RawSip,
    private readonly sipPort: number,
    readonly user: string,
    private readonly transport: Transport,
  ) {}

  /** @param port the server's, for this transport */
  static async at(port: number, user: string, transport: Transport = 'udp'): Promise<SipPhone> {
    return new SipPhone(await OPENERS[transport](port), port, user, transport);
  }

  /** On a WebSocket that is open already, through the control plane. */
  static overWs(raw: RawSip, sipPort: number, user: string): SipPhone {
    return new SipPhone(raw, sipPort, user, 'ws');
  }

  /**
   * Of this phone alone: drachtio-server keeps one TCP or WebSocket connection per user@host of a contact, and sends
   * everything for that user@host along it, whatever the port.
   */
  get contactUser(): string {
    return `${this.user}-${this.tag}`;
  }

  get contact(): string {
    if (this.transport === 'ws') return `<sip:${this.contactUser}@k3j4h5.invalid;transport=ws>`; // RFC 7118 §5
    const parameter = this.transport === 'udp' ? '' : `;transport=${this.transport}`;
    return `<sip:${this.contactUser}@127.0.0.1:${this.raw.port}${parameter}>`;
  }

  private get via(): string {
    const sentBy = this.transport === 'ws' ? 'k3j4h5.invalid' : `127.0.0.1:${this.raw.port}`;
    return `Via: SIP/2.0/${this.transport.toUpperCase()} ${sentBy};rport`;
  }

  /** Sends a request outside dialogs. @returns the Call-ID and its first final response */
  async request(
    method: string,
    {
      uri,
      from,
      to,
      callId = randomUUID(),
      cseq,
      headers = [],
      body = '',
    }: {
      uri?: string;
      from?: string;
      to?: string;
      callId?: string;
      cseq?: number;
      headers?: string[];
      body?: string;
    } = {},
  ): Promise<{ callId: string; cseq: number; branch: string; final: Promise<string> }> {
    const sequence = cseq ?? ++this.cseq;
    this.cseq = Math.max(this.cseq, sequence);
    const branch = `z9hG4bK${randomUUID()}`;
    this.raw.send(
      sipText(
        [
          `${method} ${uri ?? `sip:127.0.0.1:${this.sipPort}`} SIP/2.0`,
          `${this.via};branch=${branch}`,
          ...(headers.some((one) => /^max-forwards/i.test(one)) ? [] : ['Max-Forwards: 70']),
          `From: ${from ?? `<sip:${this.user}@127.0.0.1>`};tag=${this.tag}`,
          `To: ${to ?? `<sip:${this.user}@127.0.0.1>`}`,
          `Call-ID: ${callId}`,
          `CSeq: ${sequence} ${method}`,
          ...headers,
          ...(body ? ['Content-Type: application/sdp'] : []),
        ].join('\n'),
        body,
      ),
    );
    const final = this.answerTo(callId, sequence, method);
    const acknowledge = (response: string) => {
      if (method !== 'INVITE' || statusOf(response) < 300) return;
      // RFC 3261 §17.1.1.3: on the INVITE's own branch.
      this.raw.send(
        sipText(
          [
            `ACK ${uri ?? `sip:127.0.0.1:${this.sipPort}`} SIP/2.0`,
            `${this.via};branch=${branch}`,
            'Max-Forwards: 70',
            `From: ${headerOf(response, 'From')}`,
            `To: ${headerOf(response, 'To')}`,
            `Call-ID: ${callId}`,
            `CSeq: ${sequence} ACK`,
          ].join('\n'),
        ),
      );
    };
    final.then(acknowledge, () => undefined);
    return { callId, cseq: sequence, branch, final };
  }

  /** The first final response to this request. */
  answerTo(callId: string, cseq: number, method: string, limitMs = 8_000): Promise<string> {
    return this.raw.answer(
      (text) =>
        statusOf(text) >= 200 &&
        headerOf(text, 'Call-ID') === callId &&
        headerOf(text, 'CSeq') === `${cseq} ${method}`,
      limitMs,
    );
  }

  /** REGISTER, challenged and answered. @returns the last final response */
  async register(
    answer: DigestAnswer,
    {
      expires = 300,
      contact = this.contact,
      callId = randomUUID(),
      headers = [],
    }: { expires?: number; contact?: string; callId?: string; headers?: string[] } = {},
  ): Promise<string> {
    const uri = `sip:127.0.0.1:${this.sipPort}`;
    const common = [`Contact: ${contact}`, `Expires: ${expires}`, ...headers];
    const first = await this.request('REGISTER', { uri, callId, headers: common });
    const challenge = challengeOf(await first.final, answer.algorithm);
    const second = await this.request('REGISTER', {
      uri,
      callId,
      headers: [...common, `Authorization: ${digestOf(challenge, 'REGISTER', uri, answer)}`],
    });
    return second.final;
  }

  /** The n-th request of this method that came, retransmissions not counted. */
  next(method: string, limitMs = 8_000): Promise<string> {
    return this.raw.request(isMethod(method), limitMs);
  }

  /** Answers a request that came. */
  respond(
    request: string,
    status: string,
    { headers = [], body = '' }: { headers?: string[]; body?: string } = {},
  ) {
    const vias = request.match(/^Via\s*:.*$/gim) ?? [];
    const routes = request.match(/^Record-Route\s*:.*$/gim) ?? [];
    const to = headerOf(request, 'To');
    this.raw.send(
      sipText(
        [
          `SIP/2.0 ${status}`,
          ...vias,
          ...routes,
          `From: ${headerOf(request, 'From')}`,
          `To: ${/;\s*tag=/.test(to) ? to : `${to};tag=${this.tag}`}`,
          `Call-ID: ${headerOf(request, 'Call-ID')}`,
          `CSeq: ${headerOf(request, 'CSeq')}`,
          ...(/ (INVITE|UPDATE)$/.test(headerOf(request, 'CSeq')) ? [`Contact: ${this.contact}`] : []),
          ...headers,
          ...(body ? ['Content-Type: application/sdp'] : []),
        ].join('\n'),
        body,
      ),
    );
  }

  /** Answers every request of this method that came so far, once each. */
  answerAll(method: string, status: string): void {
    for (const text of this.raw.received) {
      if (!isMethod(method)(text) || this.answered.has(text)) continue;
      this.answered.add(text);
      this.respond(text, status);
    }
  }

  /** A request in the dialog of a response that we, as the caller, got (ACK, BYE …). */
  inDialog(method: string, response: string, cseq: number, headers: string[] = []): string {
    const target = /<([^>]+)>/.exec(headerOf(response, 'Contact'))?.[1] ?? `sip:127.0.0.1:${this.sipPort}`;
    const text = sipText(
      [
        `${method} ${target} SIP/2.0`,
        `${this.via};branch=z9hG4bK${randomUUID()}`,
        'Max-Forwards: 70',
        `From: ${headerOf(response, 'From')}`,
        `To: ${headerOf(response, 'To')}`,
        `Call-ID: ${headerOf(response, 'Call-ID')}`,
        `CSeq: ${cseq} ${method}`,
        ...headers,
      ].join('\n'),
    );
    this.raw.send(text);
    return text;
  }

  /** A request in the dialog of an INVITE that came to us (BYE …). */
  inDialogOf(method: string, invite: string, cseq = 1): void {
    const target = /<([^>]+)>/.exec(headerOf(invite, 'Contact'))?.[1] ?? '';
    this.raw.send(
      sipText(
        [
          `${method} ${target} SIP/2.0`,
          `${this.via};branch=z9hG4bK${randomUUID()}`,
          'Max-Forwards: 70',
          `From: ${headerOf(invite, 'To')};tag=${this.tag}`,
          `To: ${headerOf(invite, 'From')}`,
          `Call-ID: ${headerOf(invite, 'Call-ID')}`,
          `CSeq: ${cseq} ${method}`,
        ].join('\n'),
      ),
    );
  }

  close(): void {
    this.raw.close();
  }
}
