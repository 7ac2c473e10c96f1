import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import type { Settings } from '../common/env.js';
import { SETTINGS } from '../common/settings.js';
import { Database } from '../database/database.js';
import { LedgerMetrics } from './ledger-metrics.js';
import { Ledger } from './ledger.js';
import { Spool } from './spool.js';

/** `Ledger` for everyone; wants DatabaseModule and the module that gives Metrics. */
@Global()
@Module({
  providers: [
    LedgerMetrics,
    {
      provide: Ledger,
      inject: [Database, LedgerMetrics, SETTINGS],
      useFactory: async (database: Database, metrics: LedgerMetrics, settings: Settings) =>
        new Ledger(
          database,
          await Spool.open(join(settings.DATA_DIR, 'spool')),
          metrics,
          settings.LEDGER_PATIENCE_MS,
        ),
    },
  ],
  exports: [Ledger],
})
export class LedgerModule {}
