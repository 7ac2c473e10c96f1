import { Injectable } from '@nestjs/common';
import { Metrics } from '../common/metrics.js';

const SECONDS = [0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2];

/** What `/metrics` tells of the ledger. */
@Injectable()
export class LedgerMetrics {
  readonly writes;
  readonly writeSeconds;
  readonly replayed;
  readonly rejected;

  constructor(private readonly metrics: Metrics) {
    this.writes = metrics.counter('ledger_writes_total', 'Ledger writes by where they went first', ['where']);
    this.writeSeconds = metrics.histogram(
      'ledger_write_seconds',
      'Seconds until a ledger write was safe, in the database or in the spool',
      SECONDS,
      ['where', 'kind'],
    );
    this.replayed = metrics.counter('ledger_replayed_total', 'Writes replayed from the spool');
    this.rejected = metrics.counter(
      'ledger_rejected_total',
      'Writes set aside because the database refuses them',
    );
  }

  watchSpool(depth: () => number): void {
    this.metrics.gauge('ledger_spool_depth', 'Writes in the spool, not yet in the database', depth);
  }
}
