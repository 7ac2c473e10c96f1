import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Settings } from './env.js';
import { HealthIndicators } from './health-indicators.js';
import { Metrics } from './metrics.js';
import { SETTINGS } from './settings.js';

/** What every part may ask for: settings, metrics, health. */
@Global()
@Module({})
export class CommonModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: CommonModule,
      providers: [{ provide: SETTINGS, useValue: settings }, HealthIndicators, Metrics],
      exports: [SETTINGS, HealthIndicators, Metrics],
    };
  }
}
