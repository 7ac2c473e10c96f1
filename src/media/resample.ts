import { setImmediate as breathe } from 'node:timers/promises';

/** Zero crossings of the sinc on each side: 16 let 60 dB through at most beyond the new half-rate. */
const ZEROS = 16;
/** Of the new half-rate, what is let through. */
const PASS = 0.92;
/** Calls go on beside it: the others have their turn after so many samples. */
const AT_ONCE = 8_000;

/**
 * Samples of another rate, filtered so that nothing above half of the new rate comes back as noise
 * (windowed sinc, one kernel for each phase of the two rates).
 * @param from Hz
 * @param to Hz, not above `from`
 */
export async function resample(samples: Float32Array, from: number, to: number): Promise<Float32Array> {
  if (from === to) return samples;
  const divisor = greatestDivisor(from, to);
  const [step, phases] = [from / divisor, to / divisor];
  const kernels = Array.from({ length: phases }, (_, phase) => kernelOf(phase / phases, from / to));
  const half = (kernels[0]!.length - 1) / 2;
  const out = new Float32Array(Math.floor((samples.length * to) / from));
  for (let index = 0; index < out.length; index++) {
    if (index % AT_ONCE === AT_ONCE - 1) await breathe();
    const kernel = kernels[(index * step) % phases]!;
    const first = Math.floor((index * step) / phases) - half;
    let sum = 0;
    for (let tap = Math.max(0, -first); tap < kernel.length && first + tap < samples.length; tap++) {
      sum += samples[first + tap]! * kernel[tap]!;
    }
    out[index] = sum;
  }
  return out;
}

/** @param phase where between two samples of the old rate the new one lies, 0 to 1 */
function kernelOf(phase: number, ratio: number): Float32Array {
  const half = Math.ceil(ZEROS * ratio);
  const kernel = Float32Array.from({ length: 2 * half + 1 }, (_, tap) => {
    const distance = tap - half - phase;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * Math.max(-half, Math.min(half, distance))) / half);
    return window * sinc((PASS * distance) / ratio);
  });
  const sum = kernel.reduce((total, value) => total + value, 0);
  return kernel.map((value) => value / sum);
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));
