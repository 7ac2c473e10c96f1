import { sees, type Viewer } from './viewer.js';

const audience = { companyId: 'c', extensionIds: ['e1', 'e2'], groupIds: ['sales'] };
const viewer = (over: Partial<Viewer>): Viewer => ({
  companyId: 'c',
  role: 'manager',
  extensionId: null,
  groupIds: null,
  ...over,
});

describe('who sees a call', () => {
  it.each<[string, Partial<Viewer>, boolean]>([
    ['an administrator', { role: 'admin' }, true],
    ['an administrator of another company', { role: 'admin', companyId: 'other' }, false],
    ['a supervisor of the whole company', { role: 'supervisor' }, true],
    ['a supervisor of its group', { role: 'supervisor', groupIds: ['back', 'sales'] }, true],
    ['a supervisor of another group', { role: 'supervisor', groupIds: ['back'] }, false],
    ['a supervisor set over no group', { role: 'supervisor', groupIds: [] }, false],
    ['a manager whom it rings', { extensionId: 'e2' }, true],
    ['a manager whom it does not', { extensionId: 'e3' }, false],
    ['a manager without an extension', {}, false],
  ])('%s: %s → %s', (_, over, expected) => {
    expect(sees(viewer(over), audience)).toBe(expected);
  });

  it('nobody, where there is none', () => {
    expect(sees(viewer({ role: 'admin' }), undefined)).toBe(false);
  });
});
