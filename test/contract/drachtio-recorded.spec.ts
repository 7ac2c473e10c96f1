import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDrachtioServer, type RunningDrachtioServer } from '../../src/embedded/drachtio-server/index.js';
import { Replay, shapeOf, type Exchange, type Recording } from './drachtio-replay.js';

const FOLDER = join(import.meta.dirname, 'recorded', 'drachtio');
const SECRET = 'contract';

/** Where ours does better on purpose, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'not-authenticated': 'a client that has not shown the secret is dropped',
  'client-gone-while-ringing': 'the caller gets 503 at once in place of endless ringing',
  'reinvite-glare': 'RFC 3261 §14.2: 491',
  'outgoing-invite-nobody-there':
    'a closed UDP port is noticed by timer B alone; over TCP it is 503 (drachtio.spec)',
  'outgoing-invite-two-answers': 'RFC 3261 §13.2.2.4: the second 200 gets its own ACK and BYE',
  'malformed-frame': 'the bytes themselves are not in the recording (frames.spec has some)',
};

/** Headers ours adds because the RFC asks for them. */
const MAY_ADD = new Set([
  'contact', // RFC 3261 §12.1.1: in every response that may form a dialog
  'require', // RFC 4028 §9: with refresher=uac
]);

const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

describe('what a real drachtio-server said, the embedded one says', () => {
  let server: RunningDrachtioServer;

  beforeEach(async () => {
    server = await startDrachtioServer({
      sip: { ip: '127.0.0.1', port: 0 },
      drachtio: { port: 0, secret: SECRET },
      timers: { t1: 40, t2: 320, t4: 400 },
    });
  });

  afterEach(async () => {
    await server.stop();
    expect(server.counts()).toMatchObject({ transactions: 0, dialogs: 0, timers: 0, connections: 0 });
  });

  it.each(names.filter((name) => !(name in DIFFERENT)))(
    '%s',
    async (name) => {
      const recording = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Recording;
      const replay = new Replay(recording, {
        adminPort: server.adminPort,
        sipPort: server.sipPort,
        secret: SECRET,
      });
      const { frames, sip } = await replay.run();
      for (const exchange of [...frames, ...sip]) expectAlike(exchange);
    },
    10_000,
  );

  it('every difference that is declared belongs to a recording', () => {
    expect(names).toEqual(expect.arrayContaining(Object.keys(DIFFERENT)));
  });
});

function expectAlike({ recorded, ours }: Exchange): void {
  const theirShape = shapeOf(recorded);
  const ourShape = shapeOf(ours);
  expect({ tokens: tokensOf(ourShape.tokens), startLine: ourShape.startLine, body: ourShape.body }).toEqual({
    tokens: tokensOf(theirShape.tokens),
    startLine: theirShape.startLine,
    body: theirShape.body,
  });
  const missing = theirShape.headers.filter((header) => !ourShape.headers.includes(header));
  const added = ourShape.headers.filter(
    (header) => !theirShape.headers.includes(header) && !MAY_ADD.has(header),
  );
  expect({ ours: ours.slice(0, 80), missing, added }).toEqual({
    ours: ours.slice(0, 80),
    missing: [],
    added: [],
  });
}

/** The real server forgets the protocol in some frames, and calls it unknown in others; hostports list in its order. */
const tokensOf = (tokens: string[]): string[] =>
  tokens.map((token, i) => {
    if (token.includes('/127.0.0.1:')) return token.split(',').sort().join();
    return token === '' || token === 'unknown' || token === 'udp'
      ? isMeta(tokens, i)
        ? '<protocol>'
        : token
      : token;
  });

/** `network|bytes|protocol` and `application|bytes|protocol`. */
const isMeta = (tokens: string[], i: number): boolean =>
  ['network', 'application'].includes(tokens[i - 2] ?? '');
