import { randomBytes } from 'node:crypto';
import { clock } from '../common/clock.js';
import { DigestClient } from './digest-client.js';
import { digestResponse } from './digest-hash.js';
import { DigestServer, readDigests, type DigestRequest, type DigestVerdict } from './digest.js';
import type { StackMessage } from './stack.js';

const REALM = 'linekeeper';
const base: DigestRequest = {
  method: 'REGISTER',
  requestUri: 'sip:pbx.example',
  authorization: undefined,
  sourceAddress: '192.0.2.7',
  user: '101',
  password: 'secret101',
};

const challengeOf = (verdict: DigestVerdict, algorithm = 'MD5') => {
  if (verdict.kind !== 'challenge') throw new Error(`no challenge: ${verdict.kind}`);
  return readDigests(verdict.header).find((one) => one.get('algorithm') === algorithm)!;
};

const answerTo = (
  challenge: ReadonlyMap<string, string>,
  { password = 'secret101', nc = '00000001', uri = 'sip:pbx.example', username = '101' } = {},
) => {
  const algorithm = challenge.get('algorithm') as 'MD5' | 'SHA-256';
  const nonce = challenge.get('nonce') ?? '';
  const response = digestResponse({
    algorithm,
    username,
    realm: REALM,
    password,
    method: 'REGISTER',
    uri,
    nonce,
    qop: { nc, cnonce: 'c' },
  });
  return `Digest username="${username}", realm="${REALM}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=${algorithm}, qop=auth, nc=${nc}, cnonce="c"`;
};

describe('digest', () => {
  const realNow = clock.now;
  afterEach(() => {
    clock.now = realNow;
  });

  it('computes what RFC 7616 §3.9.1 computes', () => {
    const example = {
      username: 'Mufasa',
      realm: 'http-auth@example.org',
      password: 'Circle of Life',
      method: 'GET',
      uri: '/dir/index.html',
      nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
      qop: { nc: '00000001', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' },
    };
    expect(digestResponse({ ...example, algorithm: 'MD5' })).toBe('8ca523f5e9506fed4657c9700eebdbec');
    expect(digestResponse({ ...example, algorithm: 'SHA-256' })).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    );
  });

  it.each(['MD5', 'SHA-256'])('accepts the right answer by %s, once per count', (algorithm) => {
    const server = new DigestServer(REALM, randomBytes(32));
    const challenge = challengeOf(server.check(base), algorithm);
    const authorization = answerTo(challenge);
    expect(server.check({ ...base, authorization })).toEqual({ kind: 'accepted' });
    expect(challengeOf(server.check({ ...base, authorization })).get('stale')).toBe('true');
    const next = answerTo(challenge, { nc: '00000002' });
    expect(server.check({ ...base, authorization: next })).toEqual({ kind: 'accepted' });
  });

  it('lets a nonce grow old: stale, not refused', () => {
    const server = new DigestServer(REALM, randomBytes(32));
    const authorization = answerTo(challengeOf(server.check(base)));
    const later = realNow() + 301_000;
    clock.now = () => later;
    expect(challengeOf(server.check({ ...base, authorization })).get('stale')).toBe('true');
  });

  it('takes a nonce of another key for stale', () => {
    const authorization = answerTo(challengeOf(new DigestServer(REALM, randomBytes(32)).check(base)));
    const other = new DigestServer(REALM, randomBytes(32));
    expect(challengeOf(other.check({ ...base, authorization })).get('stale')).toBe('true');
  });

  it.each([
    ['a wrong password', { password: 'guess' }, {}],
    ["another user's name", { username: '102' }, {}],
    ['another target', { uri: 'sip:102@pbx.example' }, {}],
    ['a user who does not exist', {}, { password: undefined }],
  ])('challenges %s anew, without stale', (_, answer, request) => {
    const server = new DigestServer(REALM, randomBytes(32));
    const authorization = answerTo(challengeOf(server.check(base)), answer);
    const verdict = server.check({ ...base, ...request, authorization });
    expect(challengeOf(verdict).has('stale')).toBe(false);
  });

  it('locks one user out after ten wrong answers, and lets the others be', () => {
    const server = new DigestServer(REALM, randomBytes(32));
    for (let i = 0; i < 10; i++) {
      const authorization = answerTo(challengeOf(server.check(base)), { password: `guess${i}` });
      server.check({ ...base, authorization });
    }
    expect(server.check(base)).toEqual({ kind: 'locked' });
    expect(server.check({ ...base, user: '102' }).kind).toBe('challenge');
    expect(server.check({ ...base, sourceAddress: '192.0.2.8' }).kind).toBe('challenge');
    const later = realNow() + 301_000;
    clock.now = () => later;
    expect(server.check(base).kind).toBe('challenge');
  });

  it('hears only proven devices of an address that tries a hundred passwords', () => {
    const server = new DigestServer(REALM, randomBytes(32));
    for (let i = 0; i < 100; i++) {
      const guess = { ...base, user: `user${i}`, password: undefined };
      server.check({ ...guess, authorization: answerTo(challengeOf(server.check(guess))) });
    }
    expect(server.check({ ...base, user: '555' })).toEqual({ kind: 'locked' });
    expect(server.check({ ...base, isProven: true }).kind).toBe('challenge');
  });

  it('does not take an answer without qop, which could be sent again', () => {
    const server = new DigestServer(REALM, randomBytes(32));
    const authorization = answerTo(challengeOf(server.check(base))).replace(', qop=auth', '');
    expect(server.check({ ...base, authorization }).kind).toBe('challenge');
  });
});

describe('the digest client', () => {
  const response = (header: string, value: string, status = 401) =>
    ({ status, get: (name: string) => (name === header ? value : undefined) }) as unknown as StackMessage & {
      status: number;
    };

  it('answers our own server, and counts on', () => {
    const server = new DigestServer(REALM, randomBytes(32));
    const client = new DigestClient({ username: '101', password: 'secret101' });
    const verdict = server.check(base);
    const header = verdict.kind === 'challenge' ? verdict.header : '';
    const first = client.answer(response('www-authenticate', header), 'REGISTER', base.requestUri);
    expect(first?.Authorization).toMatch(/algorithm=SHA-256/);
    expect(server.check({ ...base, authorization: first?.Authorization })).toEqual({ kind: 'accepted' });
    const again = client.again('REGISTER', base.requestUri);
    expect(server.check({ ...base, authorization: again?.Authorization })).toEqual({ kind: 'accepted' });
  });

  it('gives up where the same question comes again, unless it says stale', () => {
    const client = new DigestClient({ username: 'a', password: 'b' });
    const ask = (extra = '') =>
      client.answer(
        response('proxy-authenticate', `Digest realm="r", nonce="n", qop="auth,auth-int"${extra}`, 407),
        'INVITE',
        'sip:x@y',
      );
    expect(ask()).toHaveProperty('Proxy-Authorization');
    expect(ask(', stale=TRUE')).toHaveProperty('Proxy-Authorization');
    expect(ask()).toBeUndefined();
    client.begin();
    expect(ask()).toHaveProperty('Proxy-Authorization');
  });

  it('does not answer what it cannot compute', () => {
    const client = new DigestClient({ username: 'a', password: 'b' });
    expect(
      client.answer(
        response('www-authenticate', 'Digest realm="r", nonce="n", algorithm=AKAv1-MD5'),
        'REGISTER',
        'sip:y',
      ),
    ).toBeUndefined();
    expect(client.answer(response('x', ''), 'REGISTER', 'sip:y')).toBeUndefined();
  });
});
