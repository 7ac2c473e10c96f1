import { createSocket, type Socket } from 'node:dgram';
import { connect } from 'node:net';
import Srf from 'drachtio-srf';
import { startDrachtioServer, type RunningDrachtioServer } from '../../src/embedded/drachtio-server/index.js';
import { parseSip, serialize, SipParseError, UserAgent } from '../../src/embedded/sip-stack/index.js';
import { until } from '../support/until.js';
import { CASES } from './cases.js';
import { asOwnTransaction, tortureMessage, withRport } from './torture-messages.js';

const SECRET = 'torture';
/** What the application answers: nothing else here says 433. */
const BY_APPLICATION = 433;
const METHODS = ['invite', 'register', 'options', 'message'];

describe('RFC 4475 against the parser', () => {
  const readable = CASES.filter(
    ({ outcome, name }) =>
      'application' in outcome ||
      ['wsinv', 'intmeth', 'esc02', 'unreason', 'noreason', 'bext01', 'unkscm', 'novelsc', 'bcast'].includes(
        name,
      ),
  );

  it.each(readable)('§$section $name: $title is read', ({ name }) => {
    const message = parseSip(tortureMessage(name));
    const again = parseSip(serialize(message));
    expect(again.body).toEqual(message.body);
    expect(again.headers.filter(({ key }) => key !== 'content-length')).toEqual(
      message.headers.filter(({ key }) => key !== 'content-length'),
    );
  });

  const refused = CASES.filter(({ name }) => !readable.some((one) => one.name === name));

  it.each(refused)('§$section $name: $title is refused', ({ name, outcome }) => {
    let thrown: unknown;
    try {
      parseSip(tortureMessage(name));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SipParseError);
    if ('status' in outcome) expect((thrown as SipParseError).status).toBe(outcome.status);
  });

  it('the tortuous INVITE is understood', () => {
    const message = parseSip(tortureMessage('wsinv'));
    expect(message.uri).toBe('sip:vivekg@chair-dnrc.example.com;unknownparam');
    expect(message.toTag).toBe('1918181833n');
    expect(message.from).toMatchObject({ displayName: 'J Rosenberg \\"', uri: 'sip:jdrosen@example.com' });
    expect(message.fromTag).toBe('98asjd8');
    expect(message.cseq).toEqual({ number: 9, method: 'INVITE' });
    expect(message.get('NewFangledHeader')).toBe('newfangled value continued newfangled value');
    expect(message.get('UnknownHeaderWithUnusualValue')).toBe(';;,,;;,;');
    expect(message.get('subject')).toBe('');
    expect(message.topVia).toMatchObject({ transport: 'UDP', host: '192.0.2.2' });
    expect(message.body.length).toBe(150);
  });

  it('the wide range of characters is understood', () => {
    const message = parseSip(tortureMessage('intmeth'));
    expect(message.method).toBe("!interesting-Method0123456789_*+`.%indeed'~");
    expect(message.to.displayName).toBe('BEL:\u0007 NUL:\u0000 DEL:\u007f');
    expect(message.fromTag).toBe("_token~1'+`*%!-.");
    expect(message.callId).toBe('intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{');
  });

  it('octets after the body of a datagram are no message', () => {
    const message = parseSip(tortureMessage('dblreq'));
    expect([message.method, message.body.length]).toEqual(['REGISTER', 0]);
  });

  it('a binary body keeps its bytes', () => {
    const message = parseSip(tortureMessage('mpart01'));
    expect(message.body.includes(Buffer.from(Array.from({ length: 256 }, (_, i) => i)))).toBe(true);
  });
});

describe('RFC 4475 against the server', () => {
  let server: RunningDrachtioServer;
  let phone: Socket;
  let srf: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- srf's own types leave it open
  const heard: string[] = [];
  const told: string[] = [];

  beforeAll(async () => {
    server = await startDrachtioServer({
      sip: { ip: '127.0.0.1', port: 0 },
      drachtio: { port: 0, secret: SECRET },
      timers: { t1: 20, t2: 80, t4: 40 },
    });
    srf = new Srf();
    srf.on('error', () => undefined);
    for (const method of METHODS)
      srf[method]((req: { get(name: string): string }, res: { send(status: number): void }) => {
        told.push(req.get('Call-ID'));
        res.send(BY_APPLICATION);
      });
    srf.connect({ host: '127.0.0.1', port: server.adminPort, secret: SECRET });
    await new Promise((resolve) => srf.on('connect', resolve));
    phone = createSocket('udp4');
    phone.on('message', (bytes) => heard.push(bytes.toString()));
    await new Promise<void>((resolve) => phone.bind(0, '127.0.0.1', resolve));
    // The routes are there once a request comes through.
    await until('the application is told of requests', async () => {
      phone.send(PROBE(phone.address().port), server.sipPort, '127.0.0.1');
      return heard.some((text) => text.includes('probe') && text.startsWith(`SIP/2.0 ${BY_APPLICATION}`));
    });
  });

  beforeEach(() => {
    heard.length = 0;
    told.length = 0;
  });

  afterAll(async () => {
    srf.disconnect();
    phone.close();
    await server.stop();
    expect(server.counts()).toMatchObject({ transactions: 0, dialogs: 0, timers: 0, connections: 0 });
  });

  /** Final answers to this message; those to INVITEs before it go on coming, for nobody acknowledges them. */
  const finals = (callId: string | undefined): string[] =>
    heard.filter((text) => !/^SIP\/2\.0 1/.test(text) && callIdOf(text) === callId);

  /** The server has dealt with all before it once it answers this. */
  const fence = async (): Promise<void> => {
    await until('the server still answers', async () => {
      phone.send(PROBE(phone.address().port), server.sipPort, '127.0.0.1');
      return heard.some((text) => text.includes('probe'));
    });
  };

  it.each(CASES)('§$section $name over UDP: $title', async ({ name, outcome }) => {
    const message = tortureMessage(name);
    const callId = callIdOf(message.toString());
    phone.send(withRport(asOwnTransaction(message, name)), server.sipPort, '127.0.0.1');
    if ('dropped' in outcome) {
      await fence();
      expect([finals(callId), told.includes(callId!)]).toEqual([[], false]);
      return;
    }
    const answer = await until('an answer', () => finals(callId)[0]);
    const status = 'application' in outcome ? BY_APPLICATION : outcome.status;
    expect(answer.split('\r\n')[0]).toMatch(new RegExp(`^SIP/2.0 ${status} `));
    expect(told.filter((one) => one === callId)).toHaveLength('application' in outcome ? 1 : 0);
    if ('status' in outcome)
      for (const [header, value] of Object.entries(outcome.headers ?? {}))
        expect(answer.toLowerCase()).toContain(`${header}: ${value.toLowerCase()}`);
  });

  const streamed = CASES.flatMap(({ outcome, ...one }) =>
    one.datagram || 'dropped' in outcome ? [] : [{ ...one, outcome }],
  );

  it.each(streamed)('§$section $name over TCP: $title', async ({ name, outcome }) => {
    const socket = connect(server.sipPort, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.write(asOwnTransaction(tortureMessage(name), `tcp${name}`));
    const status = 'application' in outcome ? BY_APPLICATION : outcome.status;
    // Without Content-Length a stream can not be cut (RFC 3261 §18.3).
    const expected = name === 'inv2543' ? 400 : status;
    await until(`${expected}`, () => new RegExp(`(^|\\r\\n)SIP/2\\.0 ${expected} `).test(text));
    socket.destroy();
  });

  it('malformed INVITEs are counted by source and told to nobody', () => {
    expect(server.counts().malformedInvites['127.0.0.1']).toBeGreaterThan(5);
  });
});

describe('RFC 4475 against a user agent', () => {
  const cases = [
    {
      section: '3.3.6',
      name: 'invut',
      title: 'an unknown Content-Type',
      status: 415,
      header: 'Accept: application/sdp',
    },
    { section: '3.3.15', name: 'sdp01', title: 'an Accept that no answer can meet', status: 406, header: '' },
  ];

  it.each(cases)('§$section $name: $title gets $status', async ({ name, status, header }) => {
    const agent = new UserAgent();
    agent.onInvite((invite) => void invite.answer());
    const { port } = await agent.listen({ protocol: 'udp', ip: '127.0.0.1', port: 0 });
    const phone = createSocket('udp4');
    const answer = new Promise<string>((resolve) =>
      phone.once('message', (bytes) => resolve(bytes.toString())),
    );
    phone.send(withRport(tortureMessage(name)), port, '127.0.0.1');
    const text = await answer;
    expect(text).toMatch(new RegExp(`^SIP/2.0 ${status} `));
    expect(text).toContain(header);
    phone.close();
    await agent.close();
  });
});

const callIdOf = (text: string): string | undefined =>
  /\r\n(?:call-id|i)[ \t]*:[ \t]*([^\r]+)/i.exec(text)?.[1];

let probes = 0;
const PROBE = (port: number): string =>
  [
    'OPTIONS sip:probe@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKprobe${++probes}`,
    'From: <sip:probe@127.0.0.1>;tag=probe',
    'To: <sip:probe@127.0.0.1>',
    `Call-ID: probe${probes}`,
    'CSeq: 1 OPTIONS',
    'Max-Forwards: 70',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
