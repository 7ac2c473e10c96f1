import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Conversation } from '../../src/simulate/conversation.js';
import { readWav, type Sound } from './tones.js';
import { until } from './until.js';

const PROMPTS = resolve(import.meta.dirname, '../../freeswitch/prompts');
const FRAME_S = 0.02;
/** Of a speech, root mean square of 16-bit samples. */
const AUDIBLE = 200;
/** How alike the loudness over time of two sounds is, where they are the same words. */
const ALIKE = 0.85;
/** Frames by which the beginning of what was heard may be off. */
const SHIFT = 8;

/** A person presses keys once he hears that he is spoken to; before, the way of his sound may not be made. */
export async function pressOnceTold({ audio }: Conversation, keys: string): Promise<void> {
  await until('he is spoken to', () => audio.heard().samples.length > 1_600);
  audio.press(keys);
}

/** Which of the product's prompts this is. @returns its name; undefined where it is none */
export function promptIn(heard: Sound, language = 'ru'): string | undefined {
  const spoken = loudness(heard);
  const [best] = readdirSync(join(PROMPTS, language))
    .filter((file) => file.endsWith('.wav'))
    .map((file) => {
      const [sound] = readWav(join(PROMPTS, language, file)) as [Sound];
      return { name: file.replace(/\.wav$/, ''), likeness: likeness(spoken, loudness(sound)) };
    })
    .sort((a, b) => b.likeness - a.likeness);
  return best && best.likeness > ALIKE ? best.name : undefined;
}

/** RMS of each 20 ms, from the first audible one to the last. */
function loudness({ samples, rate }: Sound): number[] {
  const size = Math.round(rate * FRAME_S);
  const frames = Array.from({ length: Math.floor(samples.length / size) }, (_, frame) => {
    const part = samples.subarray(frame * size, (frame + 1) * size);
    return Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / size);
  });
  const audible = (level: number) => level > AUDIBLE;
  return frames.slice(frames.findIndex(audible), frames.findLastIndex(audible) + 1);
}

/** Pearson's correlation at the best shift; 0 where one is much longer than the other. */
function likeness(a: readonly number[], b: readonly number[]): number {
  if (Math.abs(a.length - b.length) > SHIFT + 0.05 * b.length) return 0;
  const shifts = Array.from({ length: 2 * SHIFT + 1 }, (_, at) => at - SHIFT);
  return Math.max(
    ...shifts.map((shift) => correlation(a.slice(Math.max(0, shift)), b.slice(Math.max(0, -shift)))),
  );
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  const mean = (of: readonly number[]) => of.slice(0, length).reduce((sum, one) => sum + one, 0) / length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  for (let at = 0; at < length; at += 1) {
    const [x, y] = [(a[at] ?? 0) - meanA, (b[at] ?? 0) - meanB];
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA === 0 || ofB === 0 ? 0 : both / Math.sqrt(ofA * ofB);
}
