import { ToneSource, ToneSyntaxError } from './tone-stream.js';

/** Reads at most so many ms. */
function play(text: string, ms: number): Int16Array {
  const source = new ToneSource(text);
  const out = new Int16Array(ms * 8);
  let length = 0;
  const frame = new Int16Array(160);
  while (length < out.length) {
    const count = source.read(frame);
    out.set(frame.subarray(0, Math.min(count, out.length - length)), length);
    length += count;
    if (count < frame.length) break;
  }
  return out.subarray(0, Math.min(length, out.length));
}

const peak = (samples: Int16Array) => samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);

describe('tone_stream', () => {
  it('is on and off for as long as it says, once', () => {
    const samples = play('%(100,50,425)', 1000);
    expect(samples).toHaveLength(150 * 8);
    expect(peak(samples.subarray(0, 800))).toBeGreaterThan(10_000);
    expect(peak(samples.subarray(800))).toBe(0);
  });

  it.each([
    ['%(100,0,425);loops=3', 300],
    ['L=2;%(100,0,425)', 200],
    ['L=-1;%(100,0,425)', 100],
    ['%(100,50,400,450);%(100,250,400,450)', 500],
  ])('%s lasts %i ms, as in FreeSWITCH', (text, ms) => {
    expect(play(text, 2000).length / 8).toBe(ms);
  });

  it('goes on for ever with loops=-1', () => {
    expect(play('%(1000,4000,425);loops=-1', 60_000)).toHaveLength(480_000);
  });

  it('is as loud as FreeSWITCH: 10160 at first, v= in dB, two frequencies share', () => {
    expect(peak(play('%(200,0,425)', 200))).toBeCloseTo(10_160, -2);
    expect(peak(play('v=-20;%(200,0,425)', 200))).toBeCloseTo(2_276, -2);
    expect(peak(play('%(200,0,425,600)', 200))).toBeLessThan(10_300);
  });

  it.each(['', 'nothing', '%(a,b,c)', '%(0,0,425)', '%(-5,0,425)', '%(99999999,0,1)'])(
    'refuses "%s"',
    (text) => {
      expect(() => new ToneSource(text)).toThrow(ToneSyntaxError);
    },
  );
});
