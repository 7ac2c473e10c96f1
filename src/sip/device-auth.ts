import { Injectable } from '@nestjs/common';
import { Sealer } from '../common/sealer.js';
import type { AddressOfRecord } from './address-of-record.js';
import { DigestServer, type DigestVerdict } from './digest.js';
import { Location } from './location.js';
import { isBrowser, type SipSource } from './source.js';
import type { StackRequest } from './stack.js';

const REALM = 'linekeeper';

/** Whether a request comes from the device it says to come from. */
@Injectable()
export class DeviceAuth {
  private readonly digest: DigestServer;

  constructor(
    private readonly location: Location,
    sealer: Sealer,
  ) {
    this.digest = new DigestServer(REALM, sealer.keyFor('digest nonces'));
    sealer.events.on('changed', () => this.digest.useNonceKey(sealer.keyFor('digest nonces')));
  }

  /** @param header where this method carries its credentials (RFC 3261 §22.2 and §22.3) */
  check(
    request: StackRequest,
    source: SipSource,
    { user, extension }: AddressOfRecord,
    header: 'authorization' | 'proxy-authorization',
  ): DigestVerdict {
    return this.digest.check({
      method: request.method,
      requestUri: request.uri,
      authorization: request.get(header),
      sourceAddress: source.address,
      ...(isBrowser(source) && { algorithms: ['MD5'] as const }),
      user,
      password: extension?.sipPassword,
      isProven: extension !== undefined && this.location.isRegisteredFrom(extension.id, source.address),
    });
  }
}
