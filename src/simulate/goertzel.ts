/** One channel of sound: 16-bit samples at `rate` Hz. */
export interface Sound {
  samples: Int16Array;
  rate: number;
}

/** Root mean square in dB below full scale (0 = full scale sine is −3); silence is −100. */
export function levelDb({ samples }: Sound): number {
  if (samples.length === 0) return -100;
  const mean = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return mean === 0 ? -100 : Math.max(-100, 10 * Math.log10(mean / 32768 ** 2));
}

/** A tone that a lost packet breaks off goes on in another phase: over a longer time both parts would cancel out. */
const WINDOW_S = 0.4;

/** Level of one frequency in dB below full scale (Goertzel, window by window): a sine of full scale gives −3. */
export function toneDb({ samples, rate }: Sound, hertz: number): number {
  if (samples.length === 0) return -100;
  const size = Math.round(WINDOW_S * rate);
  let energy = 0;
  for (let at = 0; at < samples.length; at += size) {
    const window = samples.subarray(at, at + size);
    energy += window.length * meanSquareAt(window, hertz / rate);
  }
  return Math.max(-100, 10 * Math.log10(energy / samples.length / 32768 ** 2));
}

/** @param turn of the tone from one sample to the next, in circles */
function meanSquareAt(samples: Int16Array, turn: number): number {
  const coefficient = 2 * Math.cos(2 * Math.PI * turn);
  let before = 0;
  let last = 0;
  for (const sample of samples) [before, last] = [last, sample + coefficient * last - before];
  const power = before * before + last * last - coefficient * before * last;
  return Math.max(0, (2 * power) / (samples.length * samples.length));
}

/** Which of the frequencies (Hz) carry the sound: at least −35 dB and within 12 dB of the whole level. */
export function tonesIn(sound: Sound, frequencies: readonly number[]): number[] {
  const whole = levelDb(sound);
  return frequencies.filter((hertz) => {
    const tone = toneDb(sound, hertz);
    return tone > -35 && tone > whole - 12;
  });
}
