import { randomBytes } from 'node:crypto';
import { readDigests } from './digest.js';
import { ALGORITHMS, algorithmOf, digestResponse, type DigestAlgorithm } from './digest-hash.js';
import type { StackMessage } from './stack.js';

export interface Credentials {
  username: string;
  password: string;
}

interface Challenge {
  proxy: boolean;
  algorithm: DigestAlgorithm;
  realm: string;
  nonce: string;
  opaque: string | undefined;
  qop: boolean;
}

/** Digest access authentication, the client's side, towards one carrier (RFC 7616, RFC 8760 §2.5). */
export class DigestClient {
  private challenge?: Challenge;
  private count = 0;
  private answered = false;

  constructor(private readonly credentials: Credentials) {}

  /** A new request begins: its first challenge is answered, though an earlier request was challenged too. */
  begin(): void {
    this.answered = false;
  }

  /**
   * The header that answers a 401 or 407.
   * @returns undefined for another status, a challenge we cannot read, or credentials that were refused
   */
  answer(
    response: StackMessage & { status: number },
    method: string,
    uri: string,
  ): Record<string, string> | undefined {
    if (response.status !== 401 && response.status !== 407) return undefined;
    const proxy = response.status === 407;
    const offered = readDigests(response.get(proxy ? 'proxy-authenticate' : 'www-authenticate'));
    const preferred = (Object.keys(ALGORITHMS) as DigestAlgorithm[])
      .map((algorithm) => offered.find((one) => algorithmOf(one.get('algorithm')) === algorithm))
      .find((one) => one !== undefined);
    if (!preferred?.get('nonce')) return undefined;
    const isStale = preferred.get('stale')?.toLowerCase() === 'true';
    // The same question again, though the nonce is good: the password is wrong.
    if (this.answered && !isStale) return undefined;
    this.answered = true;
    this.challenge = {
      proxy,
      algorithm: algorithmOf(preferred.get('algorithm')) ?? 'MD5',
      realm: preferred.get('realm') ?? '',
      nonce: preferred.get('nonce') ?? '',
      opaque: preferred.get('opaque'),
      qop: (preferred.get('qop') ?? '').split(',').some((one) => one.trim() === 'auth'),
    };
    this.count = 0;
    return this.again(method, uri);
  }

  /** The header for the next request under the challenge answered before, its nonce's count one higher. */
  again(method: string, uri: string): Record<string, string> | undefined {
    const { challenge } = this;
    if (!challenge) return undefined;
    const { realm, nonce, algorithm } = challenge;
    const { username, password } = this.credentials;
    this.count += 1;
    const qop = { nc: this.count.toString(16).padStart(8, '0'), cnonce: randomBytes(8).toString('hex') };
    const response = digestResponse({
      algorithm,
      username,
      realm,
      password,
      method,
      uri,
      nonce,
      ...(challenge.qop ? { qop } : {}),
    });
    const parts = [
      `username="${username}"`,
      `realm="${realm}"`,
      `nonce="${nonce}"`,
      `uri="${uri}"`,
      `response="${response}"`,
      `algorithm=${algorithm}`,
      ...(challenge.opaque === undefined ? [] : [`opaque="${challenge.opaque}"`]),
      ...(challenge.qop ? ['qop=auth', `nc=${qop.nc}`, `cnonce="${qop.cnonce}"`] : []),
    ];
    return { [challenge.proxy ? 'Proxy-Authorization' : 'Authorization']: `Digest ${parts.join(', ')}` };
  }
}
