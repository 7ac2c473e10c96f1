import { newClientCode } from '../clients/client-code.js';
import {
  Snapshot,
  type CompanyConfig,
  type CompanyNumberConfig,
  type ExtensionConfig,
} from '../provisioning/config.js';
import { readTransferTarget } from './transfer-target.js';

const extension = (number: string, companyId = 'ours') =>
  ({ id: `e${number}`, companyId, number }) as ExtensionConfig;
const number = (e164: string, groupId: string | null, companyId = 'ours') =>
  ({ id: e164, companyId, number: e164, groupId }) as CompanyNumberConfig;
const snapshot = new Snapshot({
  companies: [{ id: 'ours', country: 'RU' } as CompanyConfig],
  companyNumbers: [
    number('+74950000100', 'sales'),
    number('+74950000101', null),
    number('+74950000200', 'theirs', 'other'),
  ],
  trunks: [],
  extensions: [extension('101'), extension('102'), extension('201', 'other')],
  groups: [
    {
      id: 'sales',
      companyId: 'ours',
      name: 'sales',
      strategy: 'all',
      ringTimeoutMs: 1,
      overflowGroupId: null,
      memberIds: [],
    },
  ],
});
const read = (text: string) => readTransferTarget(snapshot, { id: 'e101', companyId: 'ours' }, text);

describe('to whom a client is passed on', () => {
  it('a colleague', () => {
    expect(read('102')).toEqual({ kind: 'colleagues', to: { extensionId: 'e102' }, label: '102' });
  });

  it.each(['+74950000100', '84950000100'])('the group that answers a company number: %s', (text) => {
    expect(read(text)).toEqual({ kind: 'colleagues', to: { groupId: 'sales' }, label: 'sales' });
  });

  it.each([
    ['+79161230001', 'raw-number'],
    ['+74950000101', 'raw-number'],
    ['+74950000200', 'raw-number'],
    [newClientCode(0), 'another-client'],
    ['101', 'to-himself'],
    ['201', 'nowhere'],
    ['*8', 'nowhere'],
    ['', 'nowhere'],
    ['nobody', 'nowhere'],
  ])('not %s: %s', (text, reason) => {
    expect(read(text)).toEqual({ kind: 'refused', reason });
  });
});
