import { randomInt } from 'node:crypto';

/** Digits of a code, its check digit included, until so many are taken that longer ones are needed. */
const SHORTEST = 5;
/** Taken codes in a row until the next one is a digit longer: met often only where half of them are taken. */
const TRIES_PER_LENGTH = 4;

/**
 * A client's code: random, so that nothing of the number is in it, short enough to dial, never beginning with 0,
 * with a check digit that catches every single wrong digit and nearly every swap.
 * @param attempt counts from 0 the codes that were taken already
 */
export function newClientCode(attempt: number): string {
  const length = SHORTEST + Math.floor(attempt / TRIES_PER_LENGTH);
  const digits = randomInt(10 ** (length - 2), 10 ** (length - 1)).toString();
  return digits + checkDigit(digits);
}

/** Whether a text that somebody dialled or typed can be a client's code. */
export const isClientCode = (text: string): boolean =>
  /^[1-9]\d{4,9}$/.test(text) && checkDigit(text.slice(0, -1)) === text.at(-1);

/** ISO/IEC 7064 MOD 11,10. */
export function checkDigit(digits: string): string {
  let product = 10;
  for (const digit of digits) {
    const sum = (product + Number(digit)) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return String((11 - product) % 10);
}
