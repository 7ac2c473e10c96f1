import { clock } from '../common/clock.js';
import { TokenBuckets } from './token-buckets.js';

describe('token buckets', () => {
  const real = clock.monotonic;
  let now = 0;
  beforeEach(() => {
    now = 0;
    clock.monotonic = () => now;
  });
  afterAll(() => {
    clock.monotonic = real;
  });

  const taken = (buckets: TokenBuckets, key: string, tries: number) =>
    Array.from({ length: tries }, () => buckets.take(key)).filter(Boolean).length;

  it('let a burst through, then what time refills, one source apart from the other', () => {
    const buckets = new TokenBuckets(10, 20);
    expect(taken(buckets, 'a', 50)).toBe(20);
    expect(taken(buckets, 'b', 50)).toBe(20);
    now = 500;
    expect(taken(buckets, 'a', 50)).toBe(5);
    now = 60_000;
    expect(taken(buckets, 'a', 50)).toBe(20);
  });

  it('stay bounded when every packet comes from another address', () => {
    const buckets = new TokenBuckets(1, 1);
    for (let i = 0; i < 50_000; i++) expect(buckets.take(`source-${i}`)).toBe(true);
    expect((buckets as unknown as { buckets: Map<string, unknown> }).buckets.size).toBeLessThanOrEqual(
      20_000,
    );
  });
});
