import type { CompanyNumberConfig, GroupConfig, Snapshot } from '../provisioning/config.js';
import { planInbound, type RouteQuestion } from './router.js';

const group = (id: string, over: Partial<GroupConfig> = {}): GroupConfig => ({
  id,
  companyId: 'c',
  name: id,
  strategy: 'all',
  ringTimeoutMs: 20_000,
  overflowGroupId: null,
  memberIds: ['e1', 'e2', 'e3'],
  ...over,
});

const snapshot = (...groups: GroupConfig[]): Snapshot =>
  ({
    groups: new Map(groups.map((one) => [one.id, one])),
    extensions: new Map(['e1', 'e2', 'e3', 'e4'].map((id) => [id, { id }])),
  }) as unknown as Snapshot;

const number = { groupId: 'sales' } as CompanyNumberConfig;
const neverTalked = () => 0;
const isFree = () => true;
const isAway = () => false;

describe('the route plan of an inbound call', () => {
  it('rings the whole group at once, then announces', () => {
    const plan = planInbound(snapshot(group('sales')), {
      companyNumber: number,
      assignedExtensionId: null,
      isFree,
      isAway,
      idleSince: neverTalked,
      mayBeRecorded: true,
    });
    expect(plan).toEqual([
      { do: 'ring', why: 'group', order: 'all', extensionIds: ['e1', 'e2', 'e3'], timeoutMs: 20_000 },
      { do: 'announce', prompt: 'nobody-available' },
    ]);
  });

  it('asks the client’s own manager first', () => {
    const [first] = planInbound(snapshot(group('sales')), {
      companyNumber: number,
      assignedExtensionId: 'e2',
      isFree,
      isAway,
      idleSince: neverTalked,
      mayBeRecorded: true,
    });
    expect(first).toMatchObject({ why: 'assigned', extensionIds: ['e2'] });
  });

  it('rings nobody who is away, in the group, in those it overflows to and as the client’s own', () => {
    const plan = planInbound(snapshot(group('sales', { overflowGroupId: 'later' }), group('later')), {
      companyNumber: number,
      assignedExtensionId: 'e2',
      talkedExtensionId: 'e2',
      isFree,
      isAway: (id) => id === 'e2',
      idleSince: neverTalked,
      mayBeRecorded: true,
    });
    expect(plan.map((step) => (step.do === 'ring' ? step.extensionIds : step.prompt))).toEqual([
      ['e1', 'e3'],
      ['e1', 'e3'],
      'nobody-available',
    ]);
  });

  const first = (over: Partial<RouteQuestion>) => {
    const question = {
      companyNumber: number,
      assignedExtensionId: 'e2',
      talkedExtensionId: 'e3',
      isFree,
      isAway,
      idleSince: neverTalked,
      mayBeRecorded: true,
    };
    return planInbound(snapshot(group('sales')), { ...question, ...over })[0];
  };

  it('asks whom the client talked with a short while ago before his own manager', () => {
    expect(first({})).toMatchObject({ why: 'talked', extensionIds: ['e3'] });
  });

  it('goes on to the next where the first is busy or away', () => {
    expect(first({ isFree: (id) => id !== 'e3' })).toMatchObject({ why: 'assigned', extensionIds: ['e2'] });
    expect(first({ isFree: () => false })).toMatchObject({ why: 'group' });
    expect(first({ talkedExtensionId: 'gone' })).toMatchObject({ why: 'assigned' });
  });

  it('forgets an assigned manager whose extension is gone', () => {
    const [first] = planInbound(snapshot(group('sales')), {
      companyNumber: number,
      assignedExtensionId: 'gone',
      isFree,
      isAway,
      idleSince: neverTalked,
      mayBeRecorded: true,
    });
    expect(first).toMatchObject({ why: 'group' });
  });

  it('rings the longest idle first, in turn', () => {
    const idle: Record<string, number> = { e1: 300, e2: 100, e3: 200 };
    const [first] = planInbound(snapshot(group('sales', { strategy: 'longest_idle' })), {
      companyNumber: number,
      assignedExtensionId: null,
      isFree,
      isAway,
      idleSince: (id) => idle[id] ?? 0,
      mayBeRecorded: true,
    });
    expect(first).toMatchObject({ order: 'in_turn', extensionIds: ['e2', 'e3', 'e1'] });
  });

  it('follows overflow and ends where groups overflow in a circle', () => {
    const plan = planInbound(
      snapshot(
        group('sales', { overflowGroupId: 'back' }),
        group('back', { overflowGroupId: 'sales', memberIds: ['e4'] }),
      ),
      {
        companyNumber: number,
        assignedExtensionId: null,
        isFree,
        isAway,
        idleSince: neverTalked,
        mayBeRecorded: true,
      },
    );
    expect(plan.map((step) => (step.do === 'ring' ? step.why : step.do))).toEqual([
      'group',
      'overflow',
      'announce',
    ]);
  });

  it('greets before anybody is rung', () => {
    const [first] = planInbound(snapshot(group('sales')), {
      companyNumber: { ...number, greeting: 'greeting' },
      assignedExtensionId: null,
      isFree,
      isAway,
      idleSince: neverTalked,
      mayBeRecorded: true,
    });
    expect(first).toEqual({ do: 'announce', prompt: 'greeting' });
  });

  it.each([
    ['before-ringing', true, ['announce', 'ring', 'announce']],
    ['before-ringing', false, ['ring', 'announce']],
    ['at-answer', true, ['ring', 'announce']],
  ] as const)('says that the call is recorded: %s, where it may be (%s)', (announceRecording, may, steps) => {
    const plan = planInbound(snapshot(group('sales')), {
      companyNumber: { ...number, announceRecording },
      assignedExtensionId: null,
      isFree,
      isAway,
      idleSince: neverTalked,
      mayBeRecorded: may,
    });
    expect(plan.map((step) => step.do)).toEqual(steps);
    if (steps[0] === 'announce') expect(plan[0]).toEqual({ do: 'announce', prompt: 'call-recorded' });
  });

  it('goes straight to the announcement where nobody is to ring', () => {
    const plan = planInbound(snapshot(group('sales', { memberIds: [] })), {
      companyNumber: number,
      assignedExtensionId: null,
      isFree,
      isAway,
      idleSince: neverTalked,
      mayBeRecorded: true,
    });
    expect(plan).toEqual([{ do: 'announce', prompt: 'nobody-available' }]);
  });
});
