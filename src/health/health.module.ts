import { Module, type OnModuleInit } from '@nestjs/common';
import { HealthIndicators } from '../common/health-indicators.js';
import { Database } from '../database/database.js';
import { Ledger } from '../ledger/ledger.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';

/** Writes that may wait in the spool before the control plane calls itself unready. */
const DEEPEST_SPOOL = 10_000;

/** Wants HealthIndicators and Metrics, with which the parts register themselves (common.module.ts). */
@Module({ controllers: [HealthController, MetricsController] })
export class HealthModule implements OnModuleInit {
  constructor(
    private readonly indicators: HealthIndicators,
    private readonly database: Database,
    private readonly ledger: Ledger,
  ) {}

  onModuleInit(): void {
    this.indicators.register('database', async () => ({ up: await this.database.isUp() }));
    this.indicators.register('spool', async () => {
      const depth = this.ledger.spoolDepth;
      return { up: depth <= DEEPEST_SPOOL, ...(depth > 0 && { detail: `${depth} writes wait` }) };
    });
  }
}
