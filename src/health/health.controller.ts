import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { HealthIndicators } from '../common/health-indicators.js';
import { Answers } from '../http/answers.js';
import { OpenToAnyone } from '../identity/require-right.js';

const healthAnswer = z.object({
  status: z.enum(['up', 'down']),
  /** Each part by its name, and what is wrong with it. */
  parts: z.record(z.string(), z.object({ up: z.boolean(), detail: z.string().optional() })),
});

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly indicators: HealthIndicators) {}

  /** The process answers. Restart it where this fails. */
  @Get('live')
  @OpenToAnyone('a supervisor of processes has no account')
  @Answers(z.object({ status: z.literal('up') }))
  live(): { status: 'up' } {
    return { status: 'up' };
  }

  /** Calls can be taken. 503 names the part that is not there. */
  @Get('ready')
  @OpenToAnyone('a load balancer has no account')
  @Answers(healthAnswer)
  async ready(@Res({ passthrough: true }) response: Response): Promise<z.infer<typeof healthAnswer>> {
    const { up, parts } = await this.indicators.check();
    if (!up) response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return { status: up ? 'up' : 'down', parts };
  }
}
