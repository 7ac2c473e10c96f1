import { levelDb, toneDb, tonesIn } from './goertzel.js';

const sine = (hertz: number, amplitude: number, samples = 8000) => ({
  rate: 8000,
  samples: Int16Array.from(
    { length: samples },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / 8000),
  ),
});

describe('tones', () => {
  it('a sine of full scale is −3 dB, in all and at its frequency', () => {
    expect(levelDb(sine(600, 32767))).toBeCloseTo(-3, 1);
    expect(toneDb(sine(600, 32767), 600)).toBeCloseTo(-3, 1);
    expect(toneDb(sine(600, 32767), 950)).toBeLessThan(-40);
  });

  it('finds each of two in a mix, and none in silence or in a whisper', () => {
    const [one, other] = [sine(600, 10_000), sine(950, 8000)];
    const mix = { rate: 8000, samples: one.samples.map((sample, i) => sample + (other.samples[i] ?? 0)) };
    expect(tonesIn(mix, [425, 600, 950, 1150])).toEqual([600, 950]);
    expect(tonesIn({ rate: 8000, samples: new Int16Array(800) }, [600])).toEqual([]);
    expect(tonesIn(sine(600, 100), [600])).toEqual([]);
  });

  it('finds one that goes on in the opposite phase', () => {
    const { samples } = sine(950, 8000, 16_000);
    expect(
      tonesIn({ rate: 8000, samples: samples.map((one, i) => (i < 8000 ? one : -one)) }, [600, 950]),
    ).toEqual([950]);
  });
});
