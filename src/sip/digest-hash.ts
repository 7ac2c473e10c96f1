import { createHash } from 'node:crypto';

/** RFC 8760: SHA-256 first, MD5 for phones that know nothing else. */
export const ALGORITHMS = { 'SHA-256': 'sha256', MD5: 'md5' } as const;
export type DigestAlgorithm = keyof typeof ALGORITHMS;

export interface DigestInput {
  algorithm: DigestAlgorithm;
  username: string;
  realm: string;
  password: string;
  /** In place of the password, where no more than this is kept: the hash of username, realm and password. */
  ha1?: string | undefined;
  method: string;
  /** The digest-uri, as the client wrote it. */
  uri: string;
  nonce: string;
  /** Left out with the old form without qop (RFC 2617 §3.2.2.1). */
  qop?: { nc: string; cnonce: string };
}

/** RFC 7616 §3.4.1, qop=auth. @returns lower-case hexadecimal */
export function digestResponse(input: DigestInput): string {
  const hash = (text: string) => createHash(ALGORITHMS[input.algorithm]).update(text).digest('hex');
  const ha1 = input.ha1 ?? hash(`${input.username}:${input.realm}:${input.password}`);
  const ha2 = hash(`${input.method}:${input.uri}`);
  const middle = input.qop ? `${input.nonce}:${input.qop.nc}:${input.qop.cnonce}:auth` : input.nonce;
  return hash(`${ha1}:${middle}:${ha2}`);
}

/** The algorithm of a challenge or an answer; left out it is MD5 (RFC 7616 §3.3). Undefined for one we lack. */
export const algorithmOf = (name: string | undefined): DigestAlgorithm | undefined =>
  (Object.keys(ALGORITHMS) as DigestAlgorithm[]).find((one) => one === (name || 'MD5').toUpperCase());
