import type { TransactionEnd } from './types.js';

interface Endable {
  end(why: TransactionEnd): void;
}

/**
 * Transactions that only absorb retransmissions. There are at most so many: beyond, the oldest goes early, which costs
 * a repeated answer at worst, while a flood would cost memory.
 */
export class Lingering {
  private readonly transactions = new Set<Endable>();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.transactions.size;
  }

  add(transaction: Endable): void {
    this.transactions.add(transaction);
    if (this.transactions.size <= this.most) return;
    for (const oldest of this.transactions) {
      oldest.end('completed');
      return;
    }
  }

  delete(transaction: Endable): boolean {
    return this.transactions.delete(transaction);
  }
}
