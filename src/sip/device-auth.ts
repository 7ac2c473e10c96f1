import { Injectable } from '@nestjs/common';
import { Sealer } from '../common/sealer.js';
import type { AddressOfRecord } from './address-of-record.js';
import { DigestServer, readDigests, REALM, type DigestVerdict } from './digest.js';
import { Location } from './location.js';
import { PhoneCredentials, type KnownCredentials } from './phone-credentials.js';
import { isBrowser, type SipSource } from './source.js';
import type { StackRequest } from './stack.js';

/** With short-lived credentials, until when they hold (milliseconds since the epoch). */
export type DeviceVerdict = DigestVerdict & { until?: number };

/** Whether a request comes from the device it says to come from. */
@Injectable()
export class DeviceAuth {
  private readonly digest: DigestServer;

  constructor(
    private readonly location: Location,
    private readonly credentials: PhoneCredentials,
    sealer: Sealer,
  ) {
    this.digest = new DigestServer(REALM, sealer.keyFor('digest nonces'));
    sealer.events.on('changed', () => this.digest.useNonceKey(sealer.keyFor('digest nonces')));
  }

  /** @param header where this method carries its credentials (RFC 3261 §22.2 and §22.3) */
  async check(
    request: StackRequest,
    source: SipSource,
    { user, extension }: AddressOfRecord,
    header: 'authorization' | 'proxy-authorization',
  ): Promise<DeviceVerdict> {
    const common = {
      method: request.method,
      requestUri: request.uri,
      authorization: request.get(header),
      sourceAddress: source.address,
      ...(isBrowser(source) && { algorithms: ['MD5'] as const }),
    };
    const page = isBrowser(source) ? await this.pageOf(request.get(header)) : undefined;
    if (page) {
      const { username, known } = page;
      const isTheirs = known !== undefined && known.extensionId === extension?.id;
      const verdict = this.digest.check({
        ...common,
        user: username,
        password: undefined,
        ha1: isTheirs ? known.ha1 : undefined,
        // All pages come by one address, and nobody guesses such a name.
        isProven: known !== undefined,
      });
      return verdict.kind === 'accepted' && known ? { ...verdict, until: known.expiresAt } : verdict;
    }
    return this.digest.check({
      ...common,
      user,
      password: extension?.sipPassword,
      isProven: extension !== undefined && this.location.isRegisteredFrom(extension.id, source.address),
    });
  }

  /** A page of the cabinets, by the name that it was given: no device has one with a semicolon. */
  private async pageOf(
    authorization: string | undefined,
  ): Promise<{ username: string; known: KnownCredentials | undefined } | undefined> {
    const username = readDigests(authorization)
      .map((one) => one.get('username') ?? '')
      .find((name) => name.includes(';'));
    return username === undefined ? undefined : { username, known: await this.credentials.find(username) };
  }
}
