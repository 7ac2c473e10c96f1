/** Level of one frequency in dB below full scale (Goertzel): a sine of full scale gives −3; silence −100. */
export function toneDb({ samples, rate }: { samples: Int16Array; rate: number }, hertz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / rate);
  let before = 0;
  let last = 0;
  for (const sample of samples) [before, last] = [last, sample + coefficient * last - before];
  const power = before * before + last * last - coefficient * before * last;
  const meanSquare = (2 * power) / Math.max(1, samples.length * samples.length);
  return meanSquare <= 0 ? -100 : Math.max(-100, 10 * Math.log10(meanSquare / 32768 ** 2));
}
