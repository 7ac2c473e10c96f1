import type { Binding } from './binding.js';
import { planRegistration, type RegisterRequest } from './register-plan.js';

const NOW = 1_000_000;
const request = (over: Partial<RegisterRequest> = {}): RegisterRequest => ({
  companyId: 'c1',
  extensionId: 'e1',
  contact: '<sip:101@192.0.2.1:5060>',
  expires: '600',
  path: undefined,
  sipCallId: 'a',
  cseq: 1,
  userAgent: 'phone',
  received: { protocol: 'udp', address: '192.0.2.1', port: 5060 },
  ...over,
});
const plan = (existing: readonly Binding[], over: Partial<RegisterRequest> = {}, maxDevices = 2) =>
  planRegistration(existing, request(over), { now: NOW, maxDevices });
const bindingsOf = (result: ReturnType<typeof plan>): Binding[] => {
  if (!result.ok) throw new Error(`${result.status} ${result.reason}`);
  return result.bindings;
};
const one = (over: Partial<RegisterRequest> = {}) => bindingsOf(plan([], over));

describe('a REGISTER', () => {
  it('grants what is asked, within the limits', () => {
    expect(one()[0]?.expiresAt).toBe(NOW + 600_000);
    expect(one({ expires: '99999' })[0]?.expiresAt).toBe(NOW + 3_600_000);
    expect(one({ expires: undefined })[0]?.expiresAt).toBe(NOW + 600_000);
    expect(one({ expires: 'soon' })[0]?.expiresAt).toBe(NOW + 600_000);
    expect(one({ contact: '<sip:101@h>;expires=60' })[0]?.expiresAt).toBe(NOW + 60_000);
  });

  it('without Contact changes nothing', () => {
    expect(bindingsOf(plan(one(), { contact: undefined, cseq: 2 }))).toHaveLength(1);
  });

  it('of several contacts makes several bindings, with their q', () => {
    const bindings = one({ contact: '<sip:a@h>;q=0.2, "B" <sip:b@h>' });
    expect(bindings.map(({ contact, q }) => [contact, q])).toEqual([
      ['sip:a@h', 0.2],
      ['sip:b@h', 1],
    ]);
  });

  it('refreshes its binding, and keeps its id', () => {
    const before = one();
    const after = bindingsOf(plan(before, { cseq: 2, expires: '700' }));
    expect(after).toHaveLength(1);
    expect(after[0]).toMatchObject({ id: before[0]?.id, expiresAt: NOW + 700_000 });
  });

  it.each([
    ['a repeated one', { cseq: 1 }],
    ['a late one', { cseq: 0 }],
    ['a late removal', { cseq: 1, contact: '*', expires: '0' }],
  ])('changes nothing as %s', (_, over) => {
    expect(plan(one(), over)).toMatchObject({ ok: false, status: 400 });
  });

  it('with another Call-ID replaces whatever its CSeq: the phone was restarted', () => {
    expect(bindingsOf(plan(one({ cseq: 50 }), { sipCallId: 'b', cseq: 1 }))).toHaveLength(1);
  });

  it('of the same instance from elsewhere replaces (RFC 5626)', () => {
    const before = one({ contact: '<sip:101@192.0.2.1>;+sip.instance="<urn:uuid:1>";reg-id=1' });
    const after = bindingsOf(
      plan(before, { sipCallId: 'b', contact: '<sip:101@192.0.2.9>;+sip.instance="<urn:uuid:1>";reg-id=1' }),
    );
    expect(after.map(({ contact }) => contact)).toEqual(['sip:101@192.0.2.9']);
    const second = bindingsOf(
      plan(after, { sipCallId: 'c', contact: '<sip:101@192.0.2.8>;+sip.instance="<urn:uuid:1>";reg-id=2' }),
    );
    expect(second).toHaveLength(2);
  });

  it('beyond the allowed devices is refused, and changes nothing; a refresh is not', () => {
    const two = one({ contact: '<sip:a@h>, <sip:b@h>' });
    expect(plan(two, { sipCallId: 'b', contact: '<sip:c@h>' })).toMatchObject({ ok: false, status: 403 });
    expect(plan(two, { cseq: 2, contact: '<sip:a@h>' }, 1).ok).toBe(true);
  });

  it.each<[string, Partial<RegisterRequest>, number]>([
    ['* with a lifetime', { contact: '*', expires: '60' }, 400],
    ['* among contacts', { contact: '*, <sip:a@h>', expires: '0' }, 400],
    ['a contact that is no address', { contact: '<mailto:a@b>' }, 400],
    ['too short a lifetime', { expires: '10' }, 423],
    ['one bad contact among good ones', { contact: '<sip:a@h>, <sip:b@h>;expires=3' }, 423],
  ])('is refused for %s', (_, over, status) => {
    expect(plan([], over)).toMatchObject({ ok: false, status });
  });
});
