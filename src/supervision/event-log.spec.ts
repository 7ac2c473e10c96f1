import { EventLog, textFor, type FeedEntry } from './event-log.js';
import type { Viewer } from './viewer.js';

const audience = (...extensionIds: string[]) => ({ companyId: 'c', extensionIds, groupIds: [] });
const entry = (over: Partial<FeedEntry> = {}): FeedEntry => ({
  before: undefined,
  now: audience('e1'),
  full: 'full',
  forManagers: 'mine',
  gone: 'gone',
  ...over,
});
const manager: Viewer = { companyId: 'c', role: 'manager', theirs: ['e1'] };
const admin: Viewer = { companyId: 'c', role: 'admin', theirs: null };

describe('the log of the feed', () => {
  it('gives what came after a place, in order', () => {
    const log = new EventLog();
    const start = log.place;
    const places = ['a', 'b', 'c'].map((full) => {
      let place = '';
      log.append((at) => {
        place = at;
        return entry({ full });
      });
      return place;
    });
    expect(log.since(start)?.map(({ full }) => full)).toEqual(['a', 'b', 'c']);
    expect(log.since(places[1] ?? '')?.map(({ full }) => full)).toEqual(['c']);
    expect(log.since(log.place)).toEqual([]);
  });

  it('says when a place is too long ago, still to come, of another process, or none', () => {
    const log = new EventLog();
    const start = log.place;
    for (let count = 0; count < 5_000; count++) log.append(() => entry());
    for (const place of [start, start.replace(/\d+$/, '999999'), new EventLog().place, '', 'x:y:z']) {
      expect(log.since(place)).toBeUndefined();
    }
  });

  it('shows each what is for him: managers their own, others all of it, nobody what he lost sight of', () => {
    expect(textFor(admin, entry())).toBe('full');
    expect(textFor(manager, entry())).toBe('mine');
    expect(textFor(manager, entry({ before: audience('e1'), now: audience('e2') }))).toBe('gone');
    expect(textFor(manager, entry({ now: audience('e2') }))).toBeUndefined();
    expect(textFor(admin, entry({ before: audience('e1'), now: undefined }))).toBe('gone');
    expect(textFor(manager, entry({ forManagers: '' }))).toBeUndefined();
  });
});
