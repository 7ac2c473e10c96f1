import { verify, X509Certificate, createHash, constants, type KeyObject } from 'node:crypto';
import type { DtlsSocket } from 'werift';
import type { Fingerprint } from './messages.js';

/** RFC 5246 §7.4. */
const SERVER_KEY_EXCHANGE = 12;
const CERTIFICATE_VERIFY = 15;
/** RFC 8446 §4.2.3; in DTLS 1.2 the same numbers are pairs of hash and signature. */
const SCHEMES: Record<number, { hash: string; pss?: true }> = {
  0x0401: { hash: 'sha256' },
  0x0403: { hash: 'sha256' },
  0x0501: { hash: 'sha384' },
  0x0503: { hash: 'sha384' },
  0x0601: { hash: 'sha512' },
  0x0804: { hash: 'sha256', pss: true },
  0x0805: { hash: 'sha384', pss: true },
  0x0806: { hash: 'sha512', pss: true },
};
/** In front of the point in ServerKeyExchange: curve type, curve, length (RFC 8422 §5.4). */
const CURVE_BYTES = 4;
const HASHES: Record<string, string> = { 'sha-256': 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512' };

/** A handshake message of the peer's, with its body. */
interface Handshake {
  msg_type: number;
  message_seq: number;
  fragment: Buffer;
  serialize(): Buffer;
}

/**
 * werift takes a peer's certificate without asking for the proof that the peer holds its key, so whoever sits on the
 * way could show the certificate of the SDP and keep the keys to himself. This looks at that proof: the signature over
 * the key exchange (the peer is DTLS server) or over the handshake (the peer is client).
 */
export class DtlsProof {
  private readonly proofs: Handshake[] = [];

  constructor(private readonly dtls: DtlsSocket) {
    const handle = dtls.onHandleHandshakes;
    dtls.onHandleHandshakes = async (messages) => {
      const proofs = messages.filter(({ msg_type }) => this.isProof(msg_type));
      this.proofs.push(...proofs);
      await handle(messages);
    };
  }

  /**
   * Once the handshake is done.
   * @param fingerprints what the SDP promised: one of them must be the certificate's (RFC 8122 §6.2)
   * @returns what is wrong; undefined: the peer is who the SDP says
   */
  problem(fingerprints: readonly Fingerprint[]): string | undefined {
    const certificate = this.dtls.remoteCertificate;
    if (!certificate) return 'the browser showed no certificate';
    const promised = fingerprints.some(({ algorithm, value }) => {
      const hash = HASHES[algorithm.toLowerCase()];
      return (
        hash && createHash(hash).update(certificate).digest('hex') === value.replaceAll(':', '').toLowerCase()
      );
    });
    if (!promised) return 'the certificate is not the one of the SDP';
    const { publicKey } = new X509Certificate(certificate);
    if (this.proofs.length === 0) return 'the browser did not prove that it holds the key of its certificate';
    const isRight = this.proofs.every((proof) => this.isSigned(proof, publicKey));
    return isRight ? undefined : 'a signature of the handshake is wrong';
  }

  private isProof(type: number): boolean {
    return type === SERVER_KEY_EXCHANGE || type === CERTIFICATE_VERIFY;
  }

  private isSigned(proof: Handshake, key: KeyObject): boolean {
    const signedAt = proof.msg_type === SERVER_KEY_EXCHANGE ? CURVE_BYTES + proof.fragment[3]! : 0;
    const scheme = SCHEMES[proof.fragment.readUInt16BE(signedAt)];
    const length = proof.fragment.readUInt16BE(signedAt + 2);
    const signature = proof.fragment.subarray(signedAt + 4, signedAt + 4 + length);
    if (!scheme) return false;
    const what = proof.msg_type === SERVER_KEY_EXCHANGE ? this.keyExchange(proof) : this.transcript(proof);
    const padding = scheme.pss && {
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    };
    return what !== undefined && verify(scheme.hash, what, { key, ...padding }, signature);
  }

  /** RFC 8422 §5.4: both randoms and the curve's parameters; they must be those the keys were made from. */
  private keyExchange({ fragment }: Handshake): Buffer | undefined {
    const { localRandom, remoteRandom, remoteKeyPair } = this.dtls.cipher;
    const parameters = fragment.subarray(0, CURVE_BYTES + fragment[3]!);
    if (!remoteKeyPair.publicKey?.equals(parameters.subarray(CURVE_BYTES))) return undefined;
    return Buffer.concat([localRandom.serialize(), remoteRandom.serialize(), parameters]);
  }

  /** RFC 5246 §7.4.8: all messages of the handshake before this one, without a first hello that got no cookie. */
  private transcript(proof: Handshake): Buffer {
    const messages = this.dtls.dtls.sortedHandshakeCache;
    const before = messages.slice(
      0,
      messages.findIndex(({ msg_type }) => msg_type === proof.msg_type),
    );
    return Buffer.concat(before.map((message) => message.serialize()));
  }
}
