import { newId } from '../common/ids.js';
import { cleaned, leafOf, type Entry } from './leaf.js';
import type { LedgerWrite } from './ledger-write.js';

const entry: Entry = {
  companyId: '0190a000-0000-7000-8000-000000000001',
  seq: 7,
  id: '0190a000-0000-7000-8000-000000000002',
  at: '2026-01-02T03:04:05.678Z',
  kind: 'call.ended',
  callId: null,
  clientId: null,
  actor: 'system',
  payload: { b: 1, a: ['x', 1e21] },
};

describe('the leaf of an entry', () => {
  it('is the same whatever the order of its members', () => {
    const turned = Object.fromEntries(Object.entries(entry).reverse()) as unknown as Entry;
    expect(leafOf({ ...turned, payload: { a: ['x', 1e21], b: 1 } })).toEqual(leafOf(entry));
  });

  it.each(Object.keys(entry) as (keyof Entry)[])('changes with %s', (name) => {
    const other = { seq: 8, payload: {} }[name as string] ?? newId();
    expect(leafOf({ ...entry, [name]: other })).not.toEqual(leafOf(entry));
  });
});

describe('cleaned', () => {
  it('replaces what PostgreSQL takes in no text, in keys and values at any depth', () => {
    const write = {
      id: newId(),
      companyId: newId(),
      kind: 'call.refused',
      at: '2026-01-02T03:04:05.678Z',
      actor: 'carrier:a\u0000b',
      callId: undefined,
      data: { 'k\u0000': ['\ud800 lone', { fine: '😀 ☎' }] },
    } as LedgerWrite;
    const { actor, data, ...rest } = cleaned(write);
    expect(actor).toBe('carrier:a\ufffdb');
    expect(data).toEqual({ 'k\ufffd': ['\ufffd lone', { fine: '😀 ☎' }] });
    expect(rest).not.toHaveProperty('callId');
  });
});
