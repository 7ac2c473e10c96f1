import { digitOfInfo } from '../sip/info-digit.js';
import type { Party } from './party.js';

/**
 * The keys that a party presses, until the returned function is called: RFC 4733 in his audio, or INFO. A phone that
 * sends both is believed the way that came first.
 */
export function onKeys({ dialog, leg }: Party, pressed: (digit: string) => void): () => void {
  let believed: 'audio' | 'info' | undefined;
  const take = (way: 'audio' | 'info', digit: string) => {
    believed ??= way;
    if (way === believed) pressed(digit);
  };
  const stop = leg.onDigit((digit) => take('audio', digit));
  dialog.onInfo((contentType, body) => {
    const digit = digitOfInfo(contentType, body);
    if (digit) take('info', digit);
  });
  return () => {
    stop();
    dialog.onInfo(() => undefined);
  };
}
