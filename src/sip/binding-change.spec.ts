import type { Binding } from './binding.js';
import { applyChanges, changesBetween, expiryOf, withChange } from './binding-change.js';

const binding = (device: string, registeredAt: number, cseq = 1): Binding => ({
  id: `${device}-${registeredAt}`,
  companyId: 'c1',
  extensionId: 'e1',
  contact: `sip:101@${device}`,
  deviceKey: device,
  received: { protocol: 'udp', address: '192.0.2.1', port: 5060 },
  path: [],
  sipCallId: `call-of-${device}`,
  cseq,
  userAgent: undefined,
  instanceId: undefined,
  regId: undefined,
  q: 1,
  registeredAt,
  expiresAt: registeredAt + 60_000,
});

const desk = binding('192.0.2.10', 1_000);
const mobile = binding('192.0.2.20', 2_000);

describe('changes of an extension’s devices', () => {
  it('leave devices alone that another control plane registered meanwhile', () => {
    expect(applyChanges([desk], changesBetween([], [mobile]))).toEqual([desk, mobile]);
  });

  it('take away what signed out, and nothing that registered again after that', () => {
    const signedOut = changesBetween([desk], []);
    expect(applyChanges([desk, mobile], signedOut)).toEqual([mobile]);
    const later = binding('192.0.2.10', Date.now() + 60_000, 5);
    expect(applyChanges([later], signedOut)).toEqual([later]);
  });

  it('follow the CSeq of one Call-ID, whatever the clocks of two machines say', () => {
    const refreshed = binding('192.0.2.10', 900, 2);
    expect(applyChanges([desk], changesBetween([], [refreshed]))).toEqual([refreshed]);
    expect(applyChanges([refreshed], changesBetween([], [desk]))).toEqual([refreshed]);
  });

  it('end a time that is over only where it was not prolonged', () => {
    const refreshed = binding('192.0.2.10', 30_000, 2);
    expect(applyChanges([desk], [expiryOf(desk)])).toEqual([]);
    expect(applyChanges([refreshed], [expiryOf(desk)])).toEqual([refreshed]);
  });

  it('wait as one for each device: its last', () => {
    const waiting = [...changesBetween([], [desk]), ...changesBetween([desk], [])].reduce(withChange, []);
    expect(waiting.map(({ gone }) => gone)).toEqual([true]);
  });
});
