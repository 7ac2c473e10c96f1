import { Controller, Get, Header, Req } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { Request } from 'express';
import { isIPv4 } from 'node:net';
import { AppError } from '../common/app-error.js';
import { Metrics } from '../common/metrics.js';
import { Identity } from '../identity/identity.js';
import { OpenToAnyone } from '../identity/require-right.js';
import { tokenOf } from '../identity/rights.guard.js';
import { may } from '../identity/rights.js';

@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly identity: Identity,
  ) {}

  @Get()
  @OpenToAnyone('Prometheus on this machine has no account; from elsewhere the token is asked for below')
  @ApiExcludeEndpoint()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  async read(@Req() request: Request): Promise<string> {
    if (!fromThisMachine(request) && !(await this.mayRead(request))) {
      throw new AppError('forbidden', 'metrics are read on this machine, or with an administrator’s token', {
        httpStatus: 403,
        blame: 'caller',
      });
    }
    return this.metrics.registry.metrics();
  }

  private async mayRead(request: Request): Promise<boolean> {
    const given = tokenOf(request);
    const person = given && (await this.identity.personOf(given.token));
    return person !== undefined && may(person.role, 'metrics.read');
  }
}

/** What a reverse proxy on this machine passes on comes from elsewhere: `ip` is then the one it names. */
function fromThisMachine(request: Request): boolean {
  const forwarded = request.headers['x-forwarded-for'] ?? request.headers['forwarded'];
  const ip = (request.ip ?? '').replace(/^::ffff:/, '');
  return forwarded === undefined && (ip === '::1' || (isIPv4(ip) && ip.startsWith('127.')));
}
