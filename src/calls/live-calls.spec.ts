import { LiveCall } from './live-call.js';
import { LiveCalls } from './live-calls.js';

const answeredBy = (extensionId: string) => {
  const call = new LiveCall({ companyId: 'company', direction: 'inbound' });
  call.lastTalker = extensionId;
  return call;
};

describe('the live calls', () => {
  it('know who has been idle longest: who never talked before who did, and who talks last', () => {
    const calls = new LiveCalls();
    calls.rememberTalk('earlier', 1_000);
    calls.rememberTalk('earlier', 500);
    const talking = answeredBy('talking');
    calls.add(talking);
    expect(calls.idleSince('never')).toBe(0);
    expect(calls.idleSince('earlier')).toBe(1_000);
    expect(calls.idleSince('talking')).toBeGreaterThan(1_000);
    calls.remove(talking);
    expect(calls.idleSince('talking')).toBeGreaterThan(1_000);
  });

  it('know who talks, and talked, in calls of other control planes', () => {
    const calls = new LiveCalls();
    calls.answeredElsewhere('call', 'talking');
    expect(calls.idleSince('talking')).toBeGreaterThan(1_000);
    calls.endedElsewhere('call', 2_000);
    expect(calls.idleSince('talking')).toBe(2_000);
    calls.talkElsewhere([{ callId: 'another', extensionId: 'busy' }]);
    expect(calls.idleSince('busy')).toBeGreaterThan(2_000);
    expect(calls.idleSince('talking')).toBe(2_000);
  });

  it('tell when the last one is over', async () => {
    const calls = new LiveCalls();
    const [one, two] = [answeredBy('a'), answeredBy('b')];
    calls.add(one);
    calls.add(two);
    const empty = calls.untilEmpty(60_000);
    calls.remove(one);
    calls.remove(two);
    expect(await empty).toBe(0);
  });

  it('tell how many are left when the patience ends', async () => {
    const calls = new LiveCalls();
    calls.add(answeredBy('a'));
    expect(await calls.untilEmpty(1)).toBe(1);
  });

  it('can all be ended at once', () => {
    const calls = new LiveCalls();
    const one = answeredBy('a');
    calls.add(one);
    calls.endAll('shut-down');
    expect(one.ending).toBe('shut-down');
  });
});
