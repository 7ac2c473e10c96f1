import type { Role } from '../contracts/identity.js';
import { supervisionModes } from '../contracts/live.js';
import { hindranceOf, type Supervisor } from './supervisor.js';
import type { WatchedCall } from './watched-call.js';

const supervisor = (role: Role, extensionId = 'own') =>
  ({ id: 'u', companyId: 'c', role, extension: { id: extensionId, number: '200', name: 'S' } }) as Supervisor;
const call = (state = 'talking', managerExtensionId = 'e1', callerExtensionId: string | null = null) =>
  ({
    view: { state },
    audience: { companyId: 'c', extensionIds: ['e1'], groupIds: ['sales'] },
    managerExtensionId,
    callerExtensionId,
  }) as unknown as WatchedCall;
const viewer = (role: Role, theirs: string[] | null = null) => ({ companyId: 'c', role, theirs });

describe('taking part in a call', () => {
  it.each(supervisionModes)('%s: a supervisor of the group may, a manager may not', (mode) => {
    expect(
      hindranceOf(supervisor('supervisor'), viewer('supervisor', ['sales']), call(), mode),
    ).toBeUndefined();
    expect(hindranceOf(supervisor('manager'), viewer('manager', ['own']), call(), mode)).toBe('no-right');
  });

  it('nobody in a call of a group that is not his, as if there were none', () => {
    const viewed = viewer('supervisor', ['back office']);
    expect(hindranceOf(supervisor('supervisor'), viewed, call(), 'listen')).toBe('no-such-call');
    expect(hindranceOf(supervisor('supervisor'), viewer('supervisor'), undefined, 'listen')).toBe(
      'no-such-call',
    );
  });

  it('nobody in his own call, nor in one that rings', () => {
    const admin = [supervisor('admin', 'e1'), viewer('admin')] as const;
    expect(hindranceOf(...admin, call(), 'listen')).toBe('own-call');
    expect(hindranceOf(...admin, call('talking', 'e2', 'e1'), 'listen')).toBe('own-call');
    expect(hindranceOf(supervisor('admin'), viewer('admin'), call('ringing'), 'listen')).toBe('not-answered');
  });
});
