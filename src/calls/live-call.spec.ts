import { LiveCall } from './live-call.js';

const call = () =>
  new LiveCall({ companyId: 'company', direction: 'inbound', companyNumber: '+74950000100' });

describe('a live call', () => {
  it('keeps its first ending', () => {
    const live = call();
    live.end('client-hung-up');
    live.end('manager-hung-up');
    expect(live.ending).toBe('client-hung-up');
    expect(live.over.aborted).toBe(true);
  });

  it('is missed, not given up, when the caller hangs up on the announcement that nobody is there', () => {
    const live = call();
    live.unansweredBecause = 'nobody-answered';
    live.end('caller-gave-up');
    expect(live.ending).toBe('nobody-answered');
  });

  it('closes what it opened, last first, whatever fails on the way', async () => {
    const live = call();
    const closed: string[] = [];
    live.atEnd(() => void closed.push('first'));
    live.atEnd(() => {
      throw new Error('gone already');
    });
    live.atEnd(() => void closed.push('third'));
    await live.close();
    expect(closed).toEqual(['third', 'first']);
  });

  it('closes at once what was still being opened when it ended', async () => {
    const live = call();
    await live.close();
    const closed = await new Promise((resolve) => live.atEnd(() => resolve('late')));
    expect(closed).toBe('late');
  });

  it('can be waited for', async () => {
    const live = call();
    const over = live.untilOver();
    live.end('no-audio');
    await over;
    await live.untilOver();
  });
});
