import type { Channel } from './channel.js';
import { startPlayback } from './playback.js';

export interface DigitRequest {
  min: number;
  max: number;
  prompt: string;
  /** ms for the first digit after the prompt, and between digits. */
  timeoutMs: number;
  digitTimeoutMs: number;
  terminators: string;
}

export type DigitResult = 'success' | 'timeout' | 'failure';

/**
 * Plays a prompt and collects digits; the first digit cuts the prompt short.
 * @returns a function that gives up
 */
export function collectDigits(
  channel: Channel,
  request: DigitRequest,
  done: (digits: string, result: DigitResult) => void,
): () => void {
  let digits = '';
  let timer: NodeJS.Timeout | undefined;
  const finish = (result: DigitResult) => {
    stop();
    done(digits, result);
  };
  const wait = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => finish('timeout'), ms);
  };
  const stopPrompt = startPlayback(channel, request.prompt, () => {
    if (digits === '') wait(request.timeoutMs);
  });
  const listener = (digit: string) => {
    stopPrompt('break');
    if (request.terminators.includes(digit))
      return finish(digits.length >= request.min ? 'success' : 'failure');
    digits += digit;
    if (digits.length >= request.max) return finish('success');
    wait(request.digitTimeoutMs);
  };
  const stop = () => {
    clearTimeout(timer);
    stopPrompt('break');
    if (channel.digitListener === listener) channel.digitListener = undefined;
  };
  channel.digitListener = listener;
  return stop;
}
