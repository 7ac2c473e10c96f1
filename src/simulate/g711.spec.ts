import { decode, encode } from './g711.js';

describe.each(['PCMU', 'PCMA'] as const)('%s', (codec) => {
  it('gives every code back unchanged', () => {
    const codes = Buffer.from(Array.from({ length: 256 }, (_, code) => code));
    const again = encode(codec, decode(codec, codes));
    // µ-law has two zeros, 0x7f and 0xff: the one comes back as the other.
    const negativeZero = codec === 'PCMU' ? 0x7f : -1;
    expect([...again].filter((code, index) => code !== index && index !== negativeZero)).toEqual([]);
  });

  it('is never further from the sample than half a step of its segment', () => {
    for (let sample = -32000; sample <= 32000; sample += 37) {
      const [heard = 0] = decode(codec, encode(codec, Int16Array.of(sample)));
      expect(Math.abs(heard - sample)).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 28));
    }
  });
});

it('silence is 0xff in µ-law and 0xd5 in A-law', () => {
  expect(encode('PCMU', Int16Array.of(0))[0]).toBe(0xff);
  expect(encode('PCMA', Int16Array.of(0))[0]).toBe(0xd5);
});
