import { createHash, randomUUID } from 'node:crypto';
import { rawUdp, sipText, statusOf, type RawSip } from './raw-sip.js';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const headerOf = (message: string, name: string): string =>
  new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(message)?.[1]?.trim() ?? '';

/** The headers that a response copies from its request (RFC 3261 §8.2.6.2). */
function response(request: string, status: string, extra = '', body = ''): string {
  const vias = request.match(/^Via:.*$/gim) ?? [];
  const copied = ['From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${headerOf(request, name)}`);
  const to = headerOf(request, 'To');
  const tagged = /;tag=/.test(to) ? to : `${to};tag=deaf`;
  return sipText(
    [`SIP/2.0 ${status}`, ...vias, ...copied, `To: ${tagged}`, extra].filter(Boolean).join('\n'),
    body,
  );
}

export interface DeafPhone {
  /** Everything it received. */
  readonly received: string[];
  /** Resolves with the first request of this method. */
  request(method: string, limitMs?: number): Promise<string>;
  /** Sends 200 with SDP to the INVITE, however late. */
  answer(): void;
  /** Sends any answer to the INVITE. */
  respond(status: string): void;
  /** Answers the first request of this method. */
  respondTo(method: string, status: string): void;
  unregister(): Promise<void>;
  close(): void;
}

/** A registered phone by hand, on a bare socket: it rings, and answers neither CANCEL nor BYE. */
export async function deafPhone(sipPort: number, extension: string, password: string): Promise<DeafPhone> {
  const raw = await rawUdp(sipPort);
  const callId = randomUUID();
  const contact = `<sip:${extension}@127.0.0.1:${raw.port}>`;
  const register = (cseq: number, expires: number) =>
    registerByHand(raw, { sipPort, extension, password, callId, cseq, expires });
  await register(1, 300);
  let invite: string | undefined;
  const seen = raw.request((text) => /^INVITE /.test(text), 60_000);
  void seen.then(
    (text) => {
      invite = text;
      raw.send(response(text, '180 Ringing', `Contact: ${contact}`));
    },
    () => undefined,
  );
  const respond = (status: string, extra?: string, body?: string) => {
    if (!invite) throw new Error('no INVITE came');
    raw.send(response(invite, status, extra, body));
  };
  return {
    received: raw.received,
    request: (method, limitMs) => raw.request((text) => text.startsWith(`${method} `), limitMs),
    respond,
    respondTo: (method, status) => {
      const request = raw.received.find((text) => text.startsWith(`${method} `));
      if (!request) throw new Error(`no ${method} came`);
      raw.send(response(request, status));
    },
    unregister: () => register(3, 0),
    answer: () =>
      respond(
        '200 OK',
        `Contact: ${contact}\nContent-Type: application/sdp`,
        `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${raw.port} RTP/AVP 8\r\n`,
      ),
    close: raw.close,
  };
}

interface Registration {
  sipPort: number;
  extension: string;
  password: string;
  callId: string;
  /** Of the first attempt; the second, with the digest, takes the next. */
  cseq: number;
  /** Seconds. */
  expires: number;
}

async function registerByHand(
  raw: RawSip,
  { sipPort, extension, password, callId, cseq: firstCseq, expires }: Registration,
): Promise<void> {
  const uri = `sip:127.0.0.1:${sipPort}`;
  const message = (cseq: number, authorization = '') =>
    sipText(
      [
        `REGISTER ${uri} SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${raw.port};branch=z9hG4bK${randomUUID()};rport`,
        `Max-Forwards: 70`,
        `From: <sip:${extension}@127.0.0.1>;tag=${callId.slice(0, 8)}`,
        `To: <sip:${extension}@127.0.0.1>`,
        `Call-ID: ${callId}`,
        `CSeq: ${cseq} REGISTER`,
        `Contact: <sip:${extension}@127.0.0.1:${raw.port}>`,
        `Expires: ${expires}`,
        authorization,
      ]
        .filter(Boolean)
        .join('\n'),
    );
  raw.send(message(firstCseq));
  const answerTo = (cseq: number, status: number) =>
    raw.answer(
      (text) => statusOf(text) === status && new RegExp(`^CSeq:\\s*${cseq} REGISTER`, 'im').test(text),
    );
  const challenge = await answerTo(firstCseq, 401);
  const md5Challenge =
    challenge.match(/^WWW-Authenticate:.*$/gim)?.find((one) => !/algorithm="?SHA/i.test(one)) ?? challenge;
  const part = (name: string) => new RegExp(`\\b${name}="?([^",\\r]*)`).exec(md5Challenge)?.[1] ?? '';
  const [realm, nonce, cnonce] = [part('realm'), part('nonce'), 'deaf'];
  const answer = md5(
    `${md5(`${extension}:${realm}:${password}`)}:${nonce}:00000001:${cnonce}:auth:${md5(`REGISTER:${uri}`)}`,
  );
  raw.send(
    message(
      firstCseq + 1,
      `Authorization: Digest username="${extension}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
        `response="${answer}", algorithm=MD5, qop=auth, nc=00000001, cnonce="${cnonce}"`,
    ),
  );
  await answerTo(firstCseq + 1, 200);
}
