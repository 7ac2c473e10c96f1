import { Snapshot, type GroupConfig } from './config.js';
import { demandKnown } from './ring-groups.js';

const group = (id: string, overflowGroupId: string | null): GroupConfig => ({
  id,
  companyId: 'ours',
  name: id,
  strategy: 'all',
  ringTimeoutMs: 20_000,
  overflowGroupId,
  memberIds: [],
});
const extension = (id: string, companyId: string) => ({
  id,
  companyId,
  number: id,
  name: id,
  maxDevices: 5,
  sipPassword: 'secret',
  mobile: null,
  mobileMode: 'with' as const,
  mobileDelayMs: 0,
  dialsNumbers: false,
  language: null,
  away: null,
});

describe('ring groups', () => {
  const snapshot = new Snapshot({
    companies: [],
    companyNumbers: [],
    trunks: [],
    extensions: [extension('101', 'ours'), extension('201', 'theirs')],
    groups: [group('day', 'night'), group('night', null), group('alone', null)],
  });
  const mistakes = (id: string, fields: Parameters<typeof demandKnown>[3]) => {
    try {
      demandKnown(snapshot, 'ours', id, fields);
      return [];
    } catch (error) {
      return (error as { errors: { field: string }[] }).errors.map(({ field }) => field);
    }
  };

  test.each([
    ['overflow that leads back in a circle', 'night', { overflowGroupId: 'day' }, ['overflowGroupId']],
    ['overflow into itself', 'alone', { overflowGroupId: 'alone' }, ['overflowGroupId']],
    ['overflow into nowhere', 'alone', { overflowGroupId: 'gone' }, ['overflowGroupId']],
    ['members of another company', 'alone', { memberIds: ['101', '201'] }, ['memberIds.1']],
  ])('refuse %s', (_, id, fields, wanted) => {
    expect(mistakes(id, fields)).toEqual(wanted);
  });

  test('may overflow one into the other', () => {
    expect(mistakes('alone', { overflowGroupId: 'day', memberIds: ['101'] })).toEqual([]);
  });
});
