import { Controller, Inject, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AppError } from '../common/app-error.js';
import type { Settings } from '../common/env.js';
import { SETTINGS } from '../common/settings.js';
import type { Person } from '../contracts/identity.js';
import { phoneCredentials, type PhoneCredentials as Answer } from '../contracts/phone.js';
import { Answers } from '../http/answers.js';
import { tokenHashOf } from '../identity/identity.js';
import { Asking, RequireRight, type SignedInRequest } from '../identity/require-right.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { REALM } from '../sip/digest.js';
import { PhoneCredentials } from '../sip/phone-credentials.js';
import { iceServers } from './ice-servers.js';
import { SIP_PATH } from './phone-sockets.js';

/** RFC 6761 §6.4: a name that leads nowhere; the SIP server takes any where the company has none of its own. */
const ANY_DOMAIN = 'linekeeper.invalid';

/** The phone in the browser. */
@ApiTags('phone')
@Controller('api/v1/phone')
export class PhoneController {
  constructor(
    private readonly credentials: PhoneCredentials,
    private readonly provisioning: Provisioning,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** New ones each time, for the sign-in that asks: they hold an hour at most, and end with it. */
  @Post('credentials')
  @RequireRight('phone.use')
  @Answers(phoneCredentials, 201)
  async issue(@Asking() { extension, companyId }: Person, @Req() request: SignedInRequest): Promise<Answer> {
    if (!extension) {
      throw new AppError('no-extension', 'you have no extension: an administrator gives you one', {
        httpStatus: 409,
        blame: 'caller',
      });
    }
    const tokenHash = tokenHashOf(request.token);
    const { username, password, expiresAt } = await this.credentials.issue({
      companyId,
      extension,
      tokenHash,
    });
    const domain = this.provisioning.snapshot.companies.get(companyId)?.sipDomain ?? ANY_DOMAIN;
    return {
      username,
      password,
      realm: REALM,
      uri: `sip:${extension.number}@${domain}`,
      expiresAt: expiresAt.toISOString(),
      webSocketPath: SIP_PATH,
      iceServers: iceServers(this.settings.ICE_SERVERS),
    };
  }
}
