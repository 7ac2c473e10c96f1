import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What `/metrics` shows. Names follow Prometheus: `linekeeper_<what>_<unit>`, labels of few values. */
@Injectable()
export class Metrics implements OnModuleDestroy {
  readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A value read when it is asked for: `gauge('calls_live', 'Calls in progress', () => calls.size)`. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name: `linekeeper_${name}`,
      help,
      registers: [this.registry],
      async collect() {
        this.set(await read());
      },
    });
  }

  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: `linekeeper_${name}`, help, labelNames, registers: [this.registry] });
  }

  /** @param buckets upper bounds, in the unit the name ends in */
  histogram<L extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> {
    return new Histogram({
      name: `linekeeper_${name}`,
      help,
      buckets,
      labelNames,
      registers: [this.registry],
    });
  }

  onModuleDestroy(): void {
    this.registry.clear();
  }
}
