import { timingSafeEqual } from 'node:crypto';
import { algorithmOf, ALGORITHMS, digestResponse, type DigestAlgorithm } from './digest-hash.js';
import { FailureLimit } from './failure-limit.js';
import { Nonces } from './nonce.js';
import { parseSipUri, readParams } from './sip-values.js';

/** The same for all, so that it tells nobody which companies exist. */
export const REALM = 'linekeeper';

const WINDOW_MS = 300_000;
/** Wrong passwords of one user from one address until it has to wait. */
const USER_LIMIT = 10;
/** Wrong passwords of all users from one address (an office behind one) until only proven ones are heard. */
const SOURCE_LIMIT = 100;

export interface DigestRequest {
  method: string;
  requestUri: string;
  /** The Authorization or Proxy-Authorization header; several arrive joined by commas. */
  authorization: string | undefined;
  sourceAddress: string;
  /** Whom the request says to be: the user part of its address of record, or the name that a browser was given. */
  user: string;
  /** His password; undefined where there is no such user, which must look like a wrong password. */
  password: string | undefined;
  /** In place of the password: its MD5 hash with username and realm. */
  ha1?: string | undefined;
  /** What the challenge asks for; left out, all that we know. Browsers' SIP libraries read a single challenge. */
  algorithms?: readonly DigestAlgorithm[];
  /** He is registered from this address now: not locked out by what others try from there. */
  isProven?: boolean;
}

const ALL = Object.keys(ALGORITHMS) as DigestAlgorithm[];

export type DigestVerdict =
  | { kind: 'accepted' }
  /** 401 or 407 with this header value. */
  | { kind: 'challenge'; header: string }
  /** Too many failures: 403, and nothing is checked. */
  | { kind: 'locked' };

/** Digest access authentication, the server's side (RFC 7616, RFC 8760, RFC 3261 §22). */
export class DigestServer {
  private readonly nonces: Nonces;
  private readonly byUser = new FailureLimit(USER_LIMIT, WINDOW_MS);
  private readonly bySource = new FailureLimit(SOURCE_LIMIT, WINDOW_MS);

  /**
   * @param nonceKey 32 bytes
   */
  constructor(
    private readonly realm: string,
    nonceKey: Buffer,
  ) {
    this.nonces = new Nonces(nonceKey);
  }

  /** Nonces by an earlier key are stale from now on: phones answer the next challenge by themselves. */
  useNonceKey(nonceKey: Buffer): void {
    this.nonces.key = nonceKey;
  }

  check(request: DigestRequest): DigestVerdict {
    const key = `${request.sourceAddress}/${request.user}`;
    if (this.byUser.isExceeded(key)) return { kind: 'locked' };
    if (this.bySource.isExceeded(request.sourceAddress) && !request.isProven) return { kind: 'locked' };

    const answer = this.readAnswer(request.authorization);
    if (!answer) return this.challenge(request);
    const { algorithm, username, uri, nonce, nc, cnonce } = answer;
    const expected = digestResponse({
      algorithm,
      username,
      realm: this.realm,
      // A user who does not exist costs the same time as one who does.
      password: request.password ?? 'no such user',
      ha1: request.ha1,
      method: request.method,
      uri,
      nonce,
      qop: { nc, cnonce },
    });
    const isRight =
      equalInConstantTime(expected, answer.response) &&
      (request.ha1 ?? request.password) !== undefined &&
      username.split('@')[0] === request.user &&
      isSameTarget(uri, request.requestUri);
    if (!isRight) {
      this.byUser.failed(key);
      this.bySource.failed(request.sourceAddress);
      return this.challenge(request);
    }
    // RFC 7616 §3.3: the password is right, the nonce is not: stale, so that the phone asks nobody for a password.
    if (!this.nonces.use(nonce, nc)) return this.challenge(request, true);
    this.byUser.succeeded(key);
    return { kind: 'accepted' };
  }

  /** SHA-256 first, both in one header line: phones that know only MD5 skip the first (RFC 8760 §2.4). */
  private challenge({ algorithms = ALL }: DigestRequest, stale = false): DigestVerdict {
    const nonce = this.nonces.issue();
    const header = algorithms
      .map(
        (algorithm) =>
          `Digest realm="${this.realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"` +
          (stale ? ', stale=true' : ''),
      )
      .join(', ');
    return { kind: 'challenge', header };
  }

  private readAnswer(header: string | undefined) {
    for (const params of readDigests(header)) {
      const algorithm = algorithmOf(params.get('algorithm'));
      const read = (name: string) => params.get(name) ?? '';
      // Without qop there is no nc, and a copied answer could be sent again.
      if (read('realm') !== this.realm || !algorithm || read('qop') !== 'auth') continue;
      if (!/^[0-9a-f]{8}$/i.test(read('nc')) || !read('cnonce')) continue;
      return {
        algorithm,
        username: read('username'),
        uri: read('uri'),
        nonce: read('nonce'),
        nc: read('nc'),
        cnonce: read('cnonce'),
        response: read('response').toLowerCase(),
      };
    }
    return undefined;
  }
}

/** The parameters of each `Digest …` in an authentication header, however many are joined by commas. */
export const readDigests = (header: string | undefined): Map<string, string>[] =>
  (header ?? '')
    .split(/(?:^|,)\s*Digest\s+/i)
    .filter((one) => one.trim() !== '')
    .map((one) => readParams(one, ','));

const equalInConstantTime = (a: string, b: string): boolean => {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
};

/** RFC 7616 §3.4.6; by the user alone, since phones and their routers write the host in many ways. */
const isSameTarget = (digestUri: string, requestUri: string): boolean =>
  (parseSipUri(digestUri)?.user ?? '') === (parseSipUri(requestUri)?.user ?? '');
