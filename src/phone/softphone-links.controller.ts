import { Controller, Get, Header, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { AppError } from '../common/app-error.js';
import type { Settings } from '../common/env.js';
import { SETTINGS } from '../common/settings.js';
import type { Person } from '../contracts/identity.js';
import { idParameter, type IdParameter } from '../contracts/page.js';
import {
  softphoneLink,
  softphoneLinkPath,
  type SoftphoneForm,
  type SoftphoneLink,
  type SoftphoneLinkPath,
} from '../contracts/softphone-link.js';
import { Answers, AnswersProblems } from '../http/answers.js';
import { NotFound } from '../http/problem.js';
import { Asking, OpenToAnyone, RequireRight } from '../identity/require-right.js';
import { actorOf } from '../provisioning/changes.js';
import { found } from '../provisioning/listing.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { softphoneServer } from '../provisioning/softphone-server.js';
import { accountDocument } from './softphone-account.js';
import { SoftphoneLinks } from './softphone-links.js';

const LINKS = 'api/v1/softphone-links';

/** Softphones that set themselves up by a link, shown as a QR code. */
@ApiTags('extensions')
@Controller()
export class SoftphoneLinksController {
  constructor(
    private readonly links: SoftphoneLinks,
    private readonly provisioning: Provisioning,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** A link that hands the account to one softphone, within ten minutes. An earlier one that was not used ends. */
  @Post('api/v1/extensions/:id/softphone-link')
  @RequireRight('provisioning.change')
  @Answers(softphoneLink, 201)
  async make(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Req() request: Request,
  ): Promise<SoftphoneLink> {
    found(this.provisioning.snapshot.extensions.get(id), person.companyId, 'extension');
    const { token, expiresAt, holdsS } = await this.links.make(actorOf(person), id);
    const url = (form: SoftphoneForm) =>
      `${request.protocol}://${request.headers.host ?? ''}/${LINKS}/${form}/${token}`;
    return {
      urls: { linphone: url('linphone'), acrobits: url('acrobits'), zoiper: url('zoiper') },
      expiresAt: expiresAt.toISOString(),
      holdsS,
    };
  }

  /** What a softphone fetches, once: its account as XML. 410 for a link that was used or has run out. */
  @Get(`${LINKS}/:form/:token`)
  @OpenToAnyone('the softphone has nothing but the link, which cannot be guessed')
  @Header('Content-Type', 'application/xml; charset=utf-8')
  @ApiProduces('application/xml')
  @ApiResponse({ status: 200, schema: { type: 'string' } })
  @AnswersProblems()
  async use(
    @Param({ schema: softphoneLinkPath }) { form, token }: SoftphoneLinkPath,
    @Req() request: Request,
  ): Promise<string> {
    demandSoftphone(request);
    const { companyId, extensionId } = await this.links.use(token, {
      form,
      source: request.ip ?? 'unknown',
      userAgent: request.headers['user-agent'],
    });
    const { companies, extensions } = this.provisioning.snapshot;
    const extension = extensions.get(extensionId);
    if (!extension) throw new NotFound('extension');
    return accountDocument(form, {
      number: extension.number,
      name: extension.name,
      password: extension.sipPassword,
      server: softphoneServer(this.settings, companies.get(companyId), request.hostname),
    });
  }
}

/** A camera that opens what it scans in a browser, and one who only asks whether it is there, leave the link unused. */
function demandSoftphone({ method, headers }: Request): void {
  if (method === 'GET' && !headers.accept?.includes('text/html')) return;
  throw new AppError('no-softphone', 'this link is for a softphone: scan the QR code with it', {
    httpStatus: 406,
    blame: 'caller',
  });
}
