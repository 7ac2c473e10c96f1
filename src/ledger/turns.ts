interface Waiting {
  isFirst: boolean;
  grant: () => void;
}

export interface Turn {
  /** Resolves when it is one's turn, or when one has given it up. */
  begun: Promise<void>;
  /** Lets the next one begin; gives up a turn that has not begun. Once is enough. */
  end: () => void;
}

/**
 * Turns at something of a name, one at a time in the order of asking, but for those who go first. Within one process:
 * it keeps transactions from standing in each other's way, and nothing rests on it.
 */
export class Turns {
  /** By name: whose turn it is, then those who wait. */
  private readonly lines = new Map<string, Waiting[]>();

  take(name: string, isFirst: boolean): Turn {
    const line = this.lines.get(name) ?? [];
    this.lines.set(name, line);
    let waiting: Waiting;
    const begun = new Promise<void>((grant) => (waiting = { isFirst, grant }));
    const place = line.findIndex((other, at) => at > 0 && isFirst && !other.isFirst);
    line.splice(place < 0 ? line.length : place, 0, waiting!);
    if (line.length === 1) waiting!.grant();
    return { begun, end: () => this.leave(name, line, waiting) };
  }

  private leave(name: string, line: Waiting[], waiting: Waiting): void {
    const at = line.indexOf(waiting);
    if (at < 0) return;
    line.splice(at, 1);
    if (at === 0) line[0]?.grant();
    else waiting.grant(); // nobody waits for ever
    if (line.length === 0) this.lines.delete(name);
  }
}
