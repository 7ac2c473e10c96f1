/** Sound to be played: 16-bit samples, 8000 a second. */
export interface AudioSource {
  /** Fills `out`. @returns how many samples it wrote; fewer than asked: this was the end */
  read(out: Int16Array): number;
}

/** Silence of so many ms; -1: for ever. */
export class SilenceSource implements AudioSource {
  private left: number;

  constructor(ms: number) {
    this.left = ms < 0 ? Infinity : Math.round(ms * 8);
  }

  read(out: Int16Array): number {
    const count = Math.min(out.length, this.left);
    out.fill(0, 0, count);
    this.left -= count;
    return count;
  }
}

/** Samples held in memory, from the start. */
export class SampleSource implements AudioSource {
  private at = 0;

  constructor(private readonly samples: Int16Array) {}

  read(out: Int16Array): number {
    const part = this.samples.subarray(this.at, this.at + out.length);
    out.set(part);
    this.at += part.length;
    return part.length;
  }
}
