import { newId } from '../common/ids.js';
import { sees, type Viewer } from './viewer.js';
import type { Audience } from './watched-call.js';

/** What happened, written once for all who see it. */
export interface FeedEntry {
  /** Who saw the thing before, and who sees it now. */
  before: Audience | undefined;
  now: Audience | undefined;
  /** JSON of the event for supervisors and administrators, and for managers; `''`: nothing for them. */
  full: string;
  forManagers: string;
  /** JSON for those who see the thing no longer. */
  gone: string;
}

/** Entries kept for watchers who come back after a break. */
const KEPT = 4_000;

/** The last events of the feed, in order; a place in it is `<this feed>:<how many events before>`. */
export class EventLog {
  /** Another process counts anew: its places are not ours. */
  private readonly feed = newId();
  private readonly entries: FeedEntry[] = [];
  private dropped = 0;

  /** The place after the last entry. */
  get place(): string {
    return this.placeAfter(this.dropped + this.entries.length);
  }

  /** @param write gets the place that the entry ends at */
  append(write: (place: string) => FeedEntry): FeedEntry {
    const entry = write(this.placeAfter(this.dropped + this.entries.length + 1));
    this.entries.push(entry);
    if (this.entries.length > KEPT) {
      this.entries.shift();
      this.dropped += 1;
    }
    return entry;
  }

  /** @returns the entries after a place; undefined where they are no longer kept, or it is no place of this feed */
  since(place: string): readonly FeedEntry[] | undefined {
    const [feed, count] = place.split(':');
    const from = Number(count) - this.dropped;
    if (feed !== this.feed || !Number.isInteger(from) || from < 0 || from > this.entries.length)
      return undefined;
    return this.entries.slice(from);
  }

  private placeAfter(count: number): string {
    return `${this.feed}:${count}`;
  }
}

/** @returns the JSON this viewer gets of an entry; undefined: nothing */
export function textFor(viewer: Viewer, entry: FeedEntry): string | undefined {
  const text = sees(viewer, entry.now)
    ? viewer.role === 'manager'
      ? entry.forManagers
      : entry.full
    : sees(viewer, entry.before)
      ? entry.gone
      : '';
  return text === '' ? undefined : text;
}
