import type { Company, CompanyNumber, RingGroup, Trunk } from '../../../contracts/provisioning.js';
import { standingOf } from './standing.js';

const company = (name: string) => ({ name }) as Company;
const trunk = { enabled: true } as Trunk;
const number = (groupId: string | null, isProxy = false) => ({ groupId, isProxy }) as CompanyNumber;
const group = (memberIds: string[]) => ({ id: 'g', memberIds }) as RingGroup;
const doneOf = (there: Parameters<typeof standingOf>[0]) =>
  Object.entries(standingOf(there).done).flatMap(([step, done]) => (done ? [step] : []));

describe('how far the set-up has come', () => {
  test.each([
    ['nothing', company('Company'), [], [], [], []],
    ['a company with a name', company('Romashka'), [], [], [], ['company']],
    ['a trunk', company('Romashka'), [trunk], [], [], ['company', 'trunk']],
    ['a trunk that is switched off', company('R'), [{ ...trunk, enabled: false }], [], [], ['company']],
    ['a number that nobody answers', company('R'), [trunk], [number(null)], [], ['company', 'trunk']],
    ['a number of the pool', company('R'), [trunk], [number('g', true)], [group([])], ['company', 'trunk']],
    ['an empty group', company('R'), [trunk], [number('g')], [group([])], ['company', 'trunk', 'number']],
    [
      'people',
      company('R'),
      [trunk],
      [number('g')],
      [group(['e'])],
      ['company', 'trunk', 'number', 'people'],
    ],
  ])('with %s', (_, named, trunks, numbers, groups, done) => {
    expect(doneOf({ company: named, trunks, numbers, groups })).toEqual(done);
  });
});
