import type { LiveCallView, LiveEvent } from '../../contracts/live.js';
import { LiveStore } from './live-store.js';

const call = (id: string, state: LiveCallView['state'] = 'ringing'): LiveCallView => ({
  id,
  shortNumber: 1,
  direction: 'inbound',
  state,
  companyNumber: null,
  callerKind: 'number',
  client: null,
  startedAt: '2026-05-03T10:00:00.000Z',
  answeredAt: null,
  ringing: [],
  manager: null,
  caller: null,
  heldBy: null,
  recording: null,
  supervisors: [],
});
const changed = (id: string, state?: LiveCallView['state']): LiveEvent => ({
  type: 'call',
  at: id,
  change: 'ringing',
  call: call(id, state),
});

describe('the store of what goes on', () => {
  let frame: (() => void)[];
  let store: LiveStore;
  let told: number;
  const nextFrame = () => frame.splice(0).forEach((run) => run());
  beforeEach(() => {
    frame = [];
    told = 0;
    store = new LiveStore((run) => frame.push(run));
    store.subscribe(() => (told += 1));
    store.take({ type: 'snapshot', at: '0', calls: [call('b'), call('a')], extensions: [] });
    nextFrame();
  });

  test('shows calls in the order in which they began', () => {
    expect(store.get().calls.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('tells of many events once a frame', () => {
    for (let event = 0; event < 30; event++) store.take(changed('a', event % 2 ? 'talking' : 'ringing'));
    expect(told).toBe(1);
    nextFrame();
    expect(told).toBe(2);
    expect(store.get().calls[0]?.state).toBe('talking');
  });

  test('leaves what did not change the object that it was', () => {
    const before = store.get().calls[1];
    store.take(changed('a'));
    nextFrame();
    expect(store.get().calls[1]).toBe(before);
  });

  test('drops a call that is over, and knows its place for the next connection', () => {
    store.take({ type: 'call-gone', at: '7', id: 'a', outcome: 'answered' });
    nextFrame();
    expect(store.get().calls.map(({ id }) => id)).toEqual(['b']);
    expect(store.place).toBe('7');
  });

  test('a beat disturbs nobody', () => {
    store.take({ type: 'beat', at: '8' });
    expect(frame).toEqual([]);
    expect(store.place).toBe('8');
  });
});
