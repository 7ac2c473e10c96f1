import type { Person } from '../contracts/identity.js';
import { sees, viewerOf } from './viewer.js';

const audience = { companyId: 'c', extensionIds: ['e1', 'e2'], groupIds: ['sales'] };
const extension = (id: string) => ({ extension: { id, number: '101', name: 'Anna' } });
const person = (over: Partial<Person>): Person => ({
  id: 'u',
  email: 'somebody@example.com',
  companyId: 'c',
  role: 'manager',
  extension: null,
  supervises: [],
  ...over,
});

describe('who sees a call', () => {
  it.each<[string, Partial<Person>, boolean]>([
    ['an administrator', { role: 'admin' }, true],
    ['an administrator of another company', { role: 'admin', companyId: 'other' }, false],
    ['a supervisor set over no group: of the whole company', { role: 'supervisor' }, true],
    ['a supervisor of its group', { role: 'supervisor', supervises: ['back', 'sales'] }, true],
    ['a supervisor of another group', { role: 'supervisor', supervises: ['back'] }, false],
    [
      'a supervisor of another group who talks himself',
      { role: 'supervisor', supervises: ['back'], ...extension('e2') },
      true,
    ],
    ['a manager whom it rings', extension('e2'), true],
    ['a manager whom it does not', extension('e3'), false],
    ['a manager without an extension', {}, false],
  ])('%s: %s → %s', (_, over, expected) => {
    expect(sees(viewerOf(person(over)), audience)).toBe(expected);
  });

  it('nobody, where there is none', () => {
    expect(sees(viewerOf(person({ role: 'admin' })), undefined)).toBe(false);
  });
});
