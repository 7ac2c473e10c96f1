import { CODECS, PCMA, PCMU, transcodeTable } from './g711.js';

describe('G.711', () => {
  it.each(CODECS.map((codec) => [codec.name, codec] as const))(
    '%s: every code survives decoding and encoding',
    (name, codec) => {
      for (let code = 0; code < 256; code++) {
        // µ-law has two zeros (G.711 §3.2): 0x7f comes back as 0xff.
        const expected = name === 'PCMU' && code === 0x7f ? 0xff : code;
        expect(codec.fromLinear[codec.toLinear[code]! & 0xffff]).toBe(expected);
      }
    },
  );

  it.each([
    [PCMU, 0, 0xff],
    [PCMU, 32767, 0x80],
    [PCMU, -32768, 0x00],
    [PCMU, 1000, 0xce],
    [PCMA, 0, 0xd5],
    [PCMA, 32767, 0xaa],
    [PCMA, -32768, 0x2a],
    [PCMA, 1000, 0xfa],
  ] as const)('encodes as the standard says (%#)', (codec, sample, code) => {
    expect(codec.fromLinear[sample & 0xffff]).toBe(code);
  });

  it.each(CODECS.map((codec) => [codec.name, codec] as const))(
    '%s: is off by less than 1/16 of the sample',
    (_name, codec) => {
      for (let sample = -32000; sample <= 32000; sample += 37) {
        const decoded = codec.toLinear[codec.fromLinear[sample & 0xffff]!]!;
        expect(Math.abs(decoded - sample)).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 16));
      }
    },
  );

  it('transcodes by table, and not at all between equal codecs', () => {
    expect(transcodeTable(PCMA, PCMA)).toBeUndefined();
    const table = transcodeTable(PCMA, PCMU)!;
    for (let code = 0; code < 256; code++) {
      expect(table[code]).toBe(PCMU.fromLinear[PCMA.toLinear[code]! & 0xffff]);
    }
  });
});
