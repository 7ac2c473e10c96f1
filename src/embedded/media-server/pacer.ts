/** Samples of one tick at 8000 Hz. */
export const FRAME_SAMPLES = 160;
export const FRAME_MS = 20;

/** Ticks made up for at most after a stall; beyond that the time is lost and the schedule starts anew. */
const MOST_CATCH_UP = 5;

export interface Paced {
  /** Called every 20 ms. Must not throw. */
  tick(): void;
}

/** Time of the pacer, in ms that only go forward, and its alarm; a spec sets them. */
export interface PacerClock {
  now(): number;
  /** @returns a function that cancels */
  after(ms: number, run: () => void): () => void;
}

const realClock: PacerClock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * The one 20 ms beat of the engine, for legs where the engine is the source (playback, silence, mixing). Each alarm
 * is set against the schedule, not against the last one, so lateness never adds up. Idle without members.
 */
export class Pacer {
  private readonly members = new Set<Paced>();
  private cancel?: () => void;
  private due = 0;
  /** The latest tick so far, in ms behind its schedule. */
  worstLatenessMs = 0;

  constructor(private readonly clock: PacerClock = realClock) {}

  get size(): number {
    return this.members.size;
  }

  add(member: Paced): void {
    this.members.add(member);
    if (this.cancel) return;
    this.due = this.clock.now() + FRAME_MS;
    this.schedule();
  }

  delete(member: Paced): void {
    this.members.delete(member);
    if (this.members.size > 0) return;
    this.cancel?.();
    this.cancel = undefined;
  }

  private schedule(): void {
    this.cancel = this.clock.after(Math.max(0, this.due - this.clock.now()), () => this.beat());
  }

  private beat(): void {
    const late = this.clock.now() - this.due;
    if (late > this.worstLatenessMs) this.worstLatenessMs = late;
    if (late > MOST_CATCH_UP * FRAME_MS) this.due += Math.floor(late / FRAME_MS) * FRAME_MS;
    while (this.due <= this.clock.now() && this.members.size > 0) {
      this.due += FRAME_MS;
      for (const member of this.members) member.tick();
    }
    if (this.members.size > 0) this.schedule();
  }
}
